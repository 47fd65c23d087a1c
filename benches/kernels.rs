//! Naive against textbook-stable against this crate, at every level of the CPU.
//!
//! Benchmarks are named `function/type/columns/contender`. Rows are benchmarked in batches of
//! about 128 Ki elements, which stay in a second-level cache; the longest row does not.

mod support;

use std::cell::{LazyCell, OnceCell};
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use support::function::{self, Function};
use support::{Batch, Contender, Real};

/// Few columns, which are taken several rows at once, up to the longest row.
const COLUMNS: [usize; 12] = [
    2,
    3,
    10,
    16,
    33,
    64,
    100,
    128,
    1000,
    32_000,
    128_256,
    1 << 24,
];
const BATCH_ELEMENTS: usize = 1 << 17;
/// Elements that stay in a first-level cache.
const EXP_ELEMENTS: usize = 4096;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(10)
        .configure_from_args();
    bench_type::<f32>(&mut criterion);
    bench_type::<f64>(&mut criterion);
    criterion.final_summary();
}

fn bench_type<T: Real>(criterion: &mut Criterion) {
    bench_exp::<T>(criterion);
    for function in Function::<T>::all() {
        for columns in COLUMNS {
            bench_rows(criterion, &function, columns);
        }
    }
}

fn bench_exp<T: Real>(criterion: &mut Criterion) {
    let input = LazyCell::new(|| Batch::<T>::new(EXP_ELEMENTS, 1, EXP_ELEMENTS));
    let expected = LazyCell::new(|| function::expected_exp(&input));
    let mut group = group::<T>(criterion, "exp", EXP_ELEMENTS, EXP_ELEMENTS);
    for contender in function::exp() {
        bench(&mut group, &contender, &input, &expected, false);
    }
}

fn bench_rows<T: Real>(criterion: &mut Criterion, function: &Function<T>, columns: usize) {
    let rows = (BATCH_ELEMENTS / columns).max(1);
    let input = LazyCell::new(|| function.input(rows, columns));
    let expected = LazyCell::new(|| function.expected(&input));
    let mut group = group::<T>(criterion, function.name, columns, rows * columns);
    for contender in function
        .plain(rows, columns)
        .into_iter()
        .chain(function.levels())
    {
        bench(&mut group, &contender, &input, &expected, function.in_place);
    }
}

fn group<'a, T: Real>(
    criterion: &'a mut Criterion,
    function: &str,
    columns: usize,
    elements: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("{function}/{}/{columns}", T::NAME));
    group.throughput(Throughput::ElementsAndBytes {
        elements: elements as u64,
        bytes: (elements * size_of::<T>()) as u64,
    });
    group
}

/// Checks and times one contender. Logits that it overwrites are restored between the runs.
fn bench<T: Real>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    contender: &Contender<T>,
    input: &LazyCell<Batch<T>, impl FnOnce() -> Batch<T>>,
    expected: &LazyCell<Batch<f64>, impl FnOnce() -> Batch<f64>>,
    in_place: bool,
) {
    let checked = OnceCell::new();
    group.bench_function(&contender.name, |bencher| {
        checked.get_or_init(|| contender.check(input, expected));
        let mut batch = Batch::clone(input);
        if in_place {
            bencher.iter_custom(|iterations| {
                let mut time = Duration::ZERO;
                for _ in 0..iterations {
                    batch.logits.copy_from_slice(&input.logits);
                    let start = Instant::now();
                    contender.run(&mut batch);
                    time += start.elapsed();
                }
                time
            });
        } else {
            bencher.iter(|| contender.run(&mut batch));
        }
    });
}
