//! Naive against textbook-stable against this crate, at every level of the CPU.
//!
//! Benchmarks are named `function/type/columns/contender`. Rows are benchmarked in batches of
//! about 128 Ki elements, which stay in a second-level cache; the longest row does not.

mod support;

use std::cell::{LazyCell, OnceCell};
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use support::{Batch, Contender, Function, Real};

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
/// One of few columns, one in a first-level cache, one beyond it.
const FEWER_COLUMNS: [usize; 3] = [10, 1000, 32_000];
const BATCH_ELEMENTS: usize = 1 << 17;
/// Elements that stay in a first-level cache.
const FIRST_LEVEL_ELEMENTS: usize = 4096;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
        // The default of 100,000 takes as long as the measurement.
        .nresamples(2000)
        .configure_from_args();
    bench_type::<f32>(&mut criterion);
    bench_type::<f64>(&mut criterion);
    criterion.final_summary();
}

fn bench_type<T: Real>(criterion: &mut Criterion) {
    for function in Function::<T>::elementwise() {
        bench_function(criterion, &function, 1, FIRST_LEVEL_ELEMENTS);
    }
    for (functions, shapes) in [
        (Function::<T>::core(), &COLUMNS[..]),
        (Function::<T>::others(), &FEWER_COLUMNS),
    ] {
        for function in functions {
            for &columns in shapes {
                let rows = (BATCH_ELEMENTS / columns).max(1);
                bench_function(criterion, &function, rows, columns);
            }
        }
    }
}

fn bench_function<T: Real>(
    criterion: &mut Criterion,
    function: &Function<T>,
    rows: usize,
    columns: usize,
) {
    let input = LazyCell::new(|| function.input(rows, columns));
    let expected = LazyCell::new(|| function.expected(&input));
    let elements = rows * columns;
    let mut group = criterion.benchmark_group(format!("{}/{}/{columns}", function.name, T::NAME));
    group.throughput(Throughput::ElementsAndBytes {
        elements: elements as u64,
        bytes: (elements * size_of::<T>()) as u64,
    });
    for contender in function.plain(rows, columns).chain(function.levels()) {
        bench(
            &mut group,
            &contender,
            &input,
            &expected,
            function.in_place(),
        );
    }
}

/// Checks and times one contender. What it overwrites is restored between the runs.
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
                    batch.x.copy_from_slice(&input.x);
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
