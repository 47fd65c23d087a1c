//! What is measured, and on which shapes.

use logits::Level;

use crate::measure::{Budget, Measured, measure};
use crate::peers;
use crate::support::function::{self, Function};
use crate::support::{Batch, Contender, Real};

/// Rows and columns of a batch.
type Shape = (usize, usize);

const SOFTMAX: [Shape; 6] = [
    (65_536, 10),
    (8192, 128),
    (1024, 1000),
    (32, 32_000),
    (16, 128_256),
    (1, 1 << 25),
];
const REDUCTIONS: [Shape; 5] = [
    (65_536, 10),
    (1024, 1000),
    (32, 32_000),
    (16, 128_256),
    (1, 1 << 25),
];
/// Elements that stay in a first-level cache.
const EXP_ELEMENTS: usize = 4096;

/// The tasks whose names start with `filter`.
struct Run<'a> {
    filter: &'a str,
    budget: Budget,
    measured: Vec<Measured>,
}

/// Measures every task whose name starts with `filter`.
pub fn measure_all(filter: &str, budget: Budget) -> Vec<Measured> {
    let mut run = Run {
        filter,
        budget,
        measured: Vec::new(),
    };
    for shape in SOFTMAX {
        let peers = || vec![peers::rten_softmax(shape.1), peers::memcpy()];
        run.function(&Function::<f32>::softmax(), shape, peers);
    }
    for shape in SOFTMAX {
        run.softmax_into(shape);
    }
    run.function(&Function::<f64>::softmax(), (1024, 1000), || {
        vec![peers::memcpy()]
    });
    for shape in REDUCTIONS {
        run.function(&Function::<f32>::log_sum_exp(), shape, || {
            vec![peers::plain_sum()]
        });
    }
    for shape in REDUCTIONS {
        run.function(&Function::<f32>::cross_entropy(), shape, || {
            let log_sum_exp = best(Function::log_sum_exp().levels());
            vec![renamed("log_sum_exp", log_sum_exp), peers::plain_sum()]
        });
    }
    for shape in REDUCTIONS {
        run.function(&Function::<f32>::cross_entropy_gradient(), shape, || {
            let softmax = best(Function::softmax().levels());
            vec![renamed("softmax", softmax), peers::memcpy()]
        });
    }
    run.exp::<f32>(vec![peers::rten_exp(), peers::memcpy()]);
    run.exp::<f64>(vec![peers::memcpy()]);
    run.measured
}

impl Run<'_> {
    /// A function at every level, beside its plain forms and `peers`.
    fn function<T: Real>(
        &mut self,
        function: &Function<T>,
        (rows, columns): Shape,
        peers: impl FnOnce() -> Vec<Contender<T>>,
    ) {
        // Where a function writes in place, the results are room for what the copy writes.
        let results = if function.in_place {
            rows * columns
        } else {
            rows
        };
        let in_place = function.in_place;
        self.task(function.name, (rows, columns), in_place, results, || {
            let levels = function.levels();
            let contenders = levels.chain(function.plain(rows, columns)).chain(peers());
            (contenders.collect(), |input| function.expected(input))
        });
    }

    /// Softmax row by row from one slice into another.
    fn softmax_into(&mut self, (rows, columns): Shape) {
        self.task(
            "softmax_into",
            (rows, columns),
            false,
            rows * columns,
            || {
                let levels = Level::available().map(|level| {
                    Contender::exact(level.name(), move |batch: &mut Batch<f32>| {
                        let rows = batch.logits.chunks_exact(batch.columns);
                        for (row, out) in rows.zip(batch.results.chunks_exact_mut(batch.columns)) {
                            level.softmax_into(row, out).expect("equal lengths");
                        }
                    })
                });
                let contenders = levels.chain([peers::rten_softmax_into(columns), peers::memcpy()]);
                (contenders.collect(), |input: &Batch<f32>| {
                    let softmax = Function::<f32>::softmax().expected(input);
                    Batch {
                        results: softmax.logits,
                        ..input.widened()
                    }
                })
            },
        );
    }

    /// The exponential in a first-level cache.
    fn exp<T: Real>(&mut self, peers: Vec<Contender<T>>) {
        self.task("exp", (1, EXP_ELEMENTS), false, EXP_ELEMENTS, || {
            let mut contenders = function::exp();
            contenders.extend(peers);
            (contenders, |input| function::expected_exp(input))
        });
    }

    /// Checks and measures the contenders that `set_up` makes, if the filter lets it.
    fn task<T: Real, E: Fn(&Batch<T>) -> Batch<f64>>(
        &mut self,
        function: &str,
        (rows, columns): Shape,
        in_place: bool,
        results: usize,
        set_up: impl FnOnce() -> (Vec<Contender<T>>, E),
    ) {
        let shape = format!("{rows}x{columns}");
        let name = format!("{function}/{}/{shape}", T::NAME);
        if !name.starts_with(self.filter) {
            return;
        }
        eprintln!("{name}");
        let (contenders, expect) = set_up();
        let input = Batch::new(rows, columns, results);
        let expected = expect(&input);
        for contender in &contenders {
            contender.check(&input, &expected);
        }
        drop(expected);
        let best = Level::available().count() - 1;
        self.measured.push(Measured {
            function: function.to_string(),
            element: T::NAME,
            shape,
            contenders: measure(&contenders, best, &input, in_place, self.budget),
        });
    }
}

/// The best level's, which is the last.
fn best<T>(levels: impl Iterator<Item = Contender<T>>) -> Contender<T> {
    levels.last().expect("every CPU has the scalar level")
}

/// The same work as something to compare times with.
fn renamed<T: Real>(name: &str, contender: Contender<T>) -> Contender<T> {
    Contender::baseline(name, move |batch: &mut Batch<T>| contender.run(batch))
}
