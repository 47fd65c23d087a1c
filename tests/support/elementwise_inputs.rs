//! Inputs of the elementwise functions.

use super::elementwise::Elementwise;
use super::random::Random;
use super::real::Real;

/// Inputs of a part of a sweep.
pub const PART: u64 = 1 << 16;

/// Parts that hold every `stride`-th `f32`.
pub fn parts_of_f32(stride: u64) -> u64 {
    (1_u64 << 32).div_ceil(stride).div_ceil(PART)
}

/// The `f32` of one part of every `stride`-th bit pattern.
pub fn f32(stride: u64, part: u64) -> Vec<f32> {
    let patterns = (part * PART * stride..1 << 32).step_by(stride as usize);
    let patterns = patterns.take(PART as usize);
    patterns.map(f32::from_pattern).collect()
}

/// Random inputs of one part: half of them from where results are neither trivial nor out of
/// range, the others within ±1, of every magnitude about 1, and from all bit patterns.
pub fn random<T: Real>(function: &Elementwise<T>, part: u64) -> Vec<T> {
    let mut random = Random::new(part * PART);
    let (low, high) = function.domain;
    let mut draw = |kind| match kind % 8 {
        0..4 => T::from_f64(random.uniform(low, high)),
        4 | 5 => T::from_f64(random.uniform(-1.0, 1.0)),
        6 => {
            let magnitude = libm::exp2(random.uniform(-70.0, 10.0));
            T::from_f64(magnitude.copysign(random.unit() - 0.5))
        }
        _ => T::from_pattern(random.bits()),
    };
    (0..PART).map(&mut draw).collect()
}

/// Structured inputs, with a name for each kind.
pub fn structured<T: Real>() -> [(&'static str, Vec<T>); 4] {
    [
        ("edges", edges()),
        ("all bit patterns", spread()),
        ("borders of the exponential", around(borders_of_exp::<T>())),
        ("borders of the logarithm", around(borders_of_ln::<T>())),
    ]
}

/// NaN, and of either sign 0, the smallest and the largest subnormal number, the smallest normal one, ½,
/// 1, the largest number and infinity.
fn edges<T: Real>() -> Vec<T> {
    let [zero, half, one] = [0.0, 0.5, 1.0].map(T::from_f64);
    let normal = T::from_f64(libm::scalbn(1.0, T::MIN_EXPONENT + T::DIGITS - 1));
    let subnormal = [zero.up(), normal.down()];
    let positive = [zero, normal, half, one, T::MAX, T::INFINITY];
    let positive = positive.into_iter().chain(subnormal);
    let both = positive.flat_map(|x| [x, -x]);
    both.chain([T::from_f64(f64::NAN)]).collect()
}

/// Numbers spread over all bit patterns: about a million of them.
fn spread<T: Real>() -> Vec<T> {
    let bits = size_of::<T>() * 8;
    // A prime, so that the low bits take part.
    let stride = (1_u64 << (bits - 20)) - 3;
    (0..1 << 20)
        .map(|step: u64| T::from_pattern(step.wrapping_mul(stride)))
        .collect()
}

/// Numbers and their nearest 50 neighbours on either side.
fn around<T: Real>(centres: impl Iterator<Item = f64>) -> Vec<T> {
    centres
        .flat_map(|centre| {
            let centre = T::from_f64(centre);
            let above = std::iter::successors(Some(centre), |x| Some(x.up()));
            let below = std::iter::successors(Some(centre), |x| Some(x.down()));
            above.take(50).chain(below.take(50))
        })
        .collect()
}

/// Near multiples of ½ ln 2 and of ln 2 moved to ln ¾, where the reduced argument of an
/// exponential is largest.
fn borders_of_exp<T: Real>() -> impl Iterator<Item = f64> {
    let steps = (1.5 * T::UNDERFLOW) as i32;
    (-steps..steps).flat_map(|step| {
        let n = f64::from(step) + 0.5;
        [n, n + 0.084_962_5].map(|n| n * std::f64::consts::LN_2)
    })
}

/// Near 2^k·⅔, where the reduced argument of a logarithm is largest, and near 2^k; the same less
/// 1, and the numbers whose logit they are.
fn borders_of_ln<T: Real>() -> impl Iterator<Item = f64> {
    (T::MIN_EXPONENT..T::MAX_EXPONENT).flat_map(|k| {
        let power = libm::scalbn(1.0, k);
        let cut = power * (2.0 / 3.0);
        [power, cut].into_iter().flat_map(|x| {
            let ratio = x / (1.0 + x);
            [x, x - 1.0, ratio, 1.0 - ratio]
        })
    })
}
