//! The functions of this crate, each with what it is compared with.

/// A plain loop in the forms that are named, and in that of the reference.
macro_rules! plain {
    ($function:ident $arguments:tt as $($form:ident),+) => {
        Plain {
            others: vec![$((
                <plain::$form as plain::Form<T>>::NAME,
                plain!(@run $function, T, $form, $arguments),
            )),+],
            summed: true,
            reference: plain!(@run $function, f64, Reference, $arguments),
        }
    };
    (@run $function:ident, $float:ident, $form:ident, ($($argument:expr),*)) => {
        std::rc::Rc::new(move |batch: &mut Batch<$float>| {
            plain::$function::<$float, plain::$form>(batch $(, $argument)*)
        }) as Run<$float>
    };
}

mod elementwise;
mod information;
mod loss;
mod softmax;

use std::rc::Rc;

use logits::{Error, Level};

use super::{Batch, Contender, Real};

/// A function, in this crate and elsewhere.
pub struct Function<T> {
    pub name: String,
    pub output: Output,
    /// Makes what it takes, of logits.
    input: fn(&mut Batch<T>),
    /// Whether its results are differences of parts of up to about 1.
    cancels: bool,
    at_level: AtLevel<T>,
    plain: Plain<T>,
}

/// Where results go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Over what the function takes, and a sum into the first of the results.
    InPlace,
    /// One a row, or one of all rows into the first of the results.
    Rows,
    /// One an element.
    Elements,
}

type AtLevel<T> = Rc<dyn Fn(Level, &mut Batch<T>) -> Result<(), Error>>;
type Run<T> = Rc<dyn Fn(&mut Batch<T>)>;

/// A function elsewhere.
struct Plain<T> {
    others: Vec<(&'static str, Run<T>)>,
    /// Whether there are sums, whose error may grow with their length.
    summed: bool,
    reference: Run<f64>,
}

impl<T: Real> Function<T> {
    /// The functions whose every shape is of interest.
    pub fn core() -> Vec<Self> {
        vec![
            Self::softmax(),
            Self::log_sum_exp(),
            Self::cross_entropy(),
            Self::cross_entropy_gradient(),
        ]
    }

    /// All other functions of rows.
    pub fn others() -> Vec<Self> {
        let mut functions = Self::softmax_variants();
        functions.extend(Self::information());
        functions.extend(Self::losses());
        functions
    }

    /// A function of logits.
    fn new(
        name: impl Into<String>,
        output: Output,
        plain: Plain<T>,
        at_level: impl Fn(Level, &mut Batch<T>) -> Result<(), Error> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            output,
            input: |_| {},
            cancels: false,
            at_level: Rc::new(at_level),
            plain,
        }
    }

    /// The same function of something else.
    fn of(self, input: fn(&mut Batch<T>)) -> Self {
        Self { input, ..self }
    }

    /// The same function, whose parts cancel.
    fn cancelling(self) -> Self {
        let cancels = true;
        Self { cancels, ..self }
    }

    /// What the function takes, for a batch of that shape.
    pub fn input(&self, rows: usize, columns: usize) -> Batch<T> {
        let results = match self.output {
            Output::Elements => rows * columns,
            Output::InPlace | Output::Rows => rows,
        };
        let mut batch = Batch::new(rows, columns, results);
        (self.input)(&mut batch);
        batch
    }

    /// What the function makes of `input`.
    pub fn expected(&self, input: &Batch<T>) -> Batch<f64> {
        let mut batch = input.widened();
        (self.plain.reference)(&mut batch);
        batch
    }

    /// Whether it overwrites what it takes.
    pub fn in_place(&self) -> bool {
        self.output == Output::InPlace
    }

    /// The plain loops and the functions of other libraries, for a batch of that shape.
    pub fn plain(&self, rows: usize, columns: usize) -> impl Iterator<Item = Contender<T>> {
        let terms = if self.plain.summed { rows + columns } else { 0 };
        self.plain.others.iter().map(move |(name, run)| {
            let run = run.clone();
            Contender::inexact(*name, terms, move |batch| run(batch))
        })
    }

    /// This crate, at every level of the CPU.
    pub fn levels(&self) -> impl Iterator<Item = Contender<T>> {
        Level::available().map(|level| {
            let at_level = self.at_level.clone();
            let run = move |batch: &mut Batch<T>| {
                at_level(level, batch).expect("a batch has the shape that the function asks for");
            };
            if self.cancels {
                Contender::exact_beside_1(level.name(), run)
            } else {
                Contender::exact(level.name(), run)
            }
        })
    }
}
