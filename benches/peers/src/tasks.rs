//! What is measured, and on which shapes.

use logits::Level;

use crate::measure::{Budget, Measured, measure};
use crate::options::Comparison;
use crate::peers;
use crate::support::{Batch, Contender, Function, Real};

/// Rows and columns of a batch.
type Shape = (usize, usize);

const SOFTMAX: [Shape; 7] = [
    (65_536, 10),
    (8192, 128),
    // In a second-level cache; the next is not.
    (128, 1000),
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
/// The columns of rows that are taken several at once, one a lane, and of some that are not.
const FEW_COLUMNS: [usize; 9] = [2, 3, 10, 16, 33, 64, 100, 128, 200];
/// Elements of a batch of such rows, which stays in a second-level cache.
const FEW_COLUMNS_BATCH: usize = 1 << 17;
/// Elements that stay in a first-level cache.
const EXP: Shape = (1, 4096);
/// About as many elements each, which stay in a second-level cache.
const OPTIONS: [Shape; 4] = [(13_107, 10), (1024, 128), (131, 1000), (4, 32_000)];

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
        let peers = || vec![peers::rten_softmax_into(shape.1), peers::memcpy()];
        run.function(&Function::<f32>::softmax_into(), shape, peers);
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
    run.few_columns("few_columns_softmax", &Function::softmax(), |columns| {
        vec![peers::rten_softmax(columns), peers::memcpy()]
    });
    run.few_columns("few_columns_loss", &Function::cross_entropy(), |_| {
        vec![peers::plain_sum()]
    });
    let padded = Function::cross_entropy_padded();
    run.few_columns("few_columns_loss_padded", &padded, |_| {
        vec![peers::plain_sum()]
    });
    run.function(&Function::<f32>::exp(), EXP, || {
        vec![peers::rten_exp(), peers::memcpy()]
    });
    run.function(&Function::<f64>::exp(), EXP, || vec![peers::memcpy()]);
    for comparison in Comparison::all() {
        for shape in OPTIONS {
            run.task(comparison.name, &comparison.function, shape, 0, || {
                comparison.contenders(shape.0, shape.1)
            });
        }
    }
    run.measured
}

impl Run<'_> {
    /// A function at every level, beside its plain forms and `peers`.
    fn function<T: Real>(
        &mut self,
        function: &Function<T>,
        shape: Shape,
        peers: impl FnOnce() -> Vec<Contender<T>>,
    ) {
        self.levels(&function.name, function, shape, peers);
    }

    /// A function of rows of few columns in the same way.
    fn few_columns(
        &mut self,
        name: &str,
        function: &Function<f32>,
        peers: impl Fn(usize) -> Vec<Contender<f32>>,
    ) {
        for columns in FEW_COLUMNS {
            let shape = (FEW_COLUMNS_BATCH / columns, columns);
            self.levels(name, function, shape, || peers(columns));
        }
    }

    /// A function at every level, beside its plain forms and `peers`, under a name.
    fn levels<T: Real>(
        &mut self,
        name: &str,
        function: &Function<T>,
        shape: Shape,
        peers: impl FnOnce() -> Vec<Contender<T>>,
    ) {
        let best = Level::available().count() - 1;
        self.task(name, function, shape, best, || {
            let levels = function.levels();
            let contenders = levels.chain(function.plain(shape.0, shape.1));
            contenders.chain(peers()).collect()
        });
    }

    /// Checks and measures the contenders that `set_up` makes, if the filter lets it. All are
    /// compared with the one at the index `headline`.
    fn task<T: Real>(
        &mut self,
        name: &str,
        function: &Function<T>,
        (rows, columns): Shape,
        headline: usize,
        set_up: impl FnOnce() -> Vec<Contender<T>>,
    ) {
        let shape = format!("{rows}x{columns}");
        let full_name = format!("{name}/{}/{shape}", T::NAME);
        if !full_name.starts_with(self.filter) {
            return;
        }
        eprintln!("{full_name}");
        let contenders = set_up();
        let mut input = function.input(rows, columns);
        if function.in_place() {
            // Room for what a copy writes.
            input.results.resize(rows * columns, T::default());
        }
        let expected = function.expected(&input);
        for contender in &contenders {
            contender.check(&input, &expected);
        }
        drop(expected);
        let in_place = function.in_place();
        self.measured.push(Measured {
            function: name.to_string(),
            element: T::NAME,
            shape,
            contenders: measure(&contenders, headline, &input, in_place, self.budget),
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
