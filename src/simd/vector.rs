//! The vector type that every kernel is written against.

use super::element::Element;
use super::exchange::Exchange;
use super::powers::Powers;
use crate::math::TwoFold;

/// A number of vectors, known to the compiler where a constant of a generic type is not.
pub trait Count {
    /// An array of so many values.
    type Of<V: Copy>: AsRef<[V]> + AsMut<[V]> + Copy;
    /// The number.
    const NUMBER: usize;
    /// Half as many, at least one.
    type Half: Count;
    /// Twice as many, at most 32: no vector has more lanes.
    type Twice: Count;
    /// The array in which every value is `value`.
    fn filled<V: Copy>(value: V) -> Self::Of<V>;
    /// The array of what `source` yields, in straight code: no value has to leave its register, as it
    /// would for a loop.
    fn yielded<V: Copy, S: Source<V>>(source: S) -> Self::Of<V>;
    /// Gives the values to `sink`, in straight code.
    fn give<V: Copy, S: Sink<V>>(array: Self::Of<V>, sink: S);
    /// The array's first value.
    fn first<V: Copy>(array: &Self::Of<V>) -> V;
}

/// Yields values.
pub trait Source<V> {
    /// The next value.
    fn next(&mut self) -> V;
}

/// Takes values.
pub trait Sink<V> {
    /// Takes the next value.
    fn take(&mut self, value: V);
}

/// The number `N`.
pub struct Times<const N: usize>;

macro_rules! count {
    ($($half:literal $n:literal $twice:literal: $($index:literal)*;)*) => {$(
        impl Count for Times<$n> {
            type Of<V: Copy> = [V; $n];
            const NUMBER: usize = $n;
            type Half = Times<$half>;
            type Twice = Times<$twice>;

            #[inline(always)]
            fn filled<V: Copy>(value: V) -> [V; $n] {
                [value; $n]
            }

            #[inline(always)]
            fn yielded<V: Copy, S: Source<V>>(mut source: S) -> [V; $n] {
                [$({
                    let _: usize = $index;
                    source.next()
                }),*]
            }

            #[inline(always)]
            fn give<V: Copy, S: Sink<V>>(array: [V; $n], mut sink: S) {
                $(sink.take(array[$index]);)*
            }

            #[inline(always)]
            fn first<V: Copy>(array: &[V; $n]) -> V {
                array[0]
            }
        }
    )*};
}

count! {
    1 1 2: 0;
    1 2 4: 0 1;
    2 4 8: 0 1 2 3;
    4 8 16: 0 1 2 3 4 5 6 7;
    8 16 32: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15;
    16 32 32: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31;
}

/// Something for each vector of one stripe, the lanes over which every sum runs.
pub type Stripe<V, Item = V> = <<V as Vector>::PerStripe as Count>::Of<Item>;

/// Proof that the CPU has a level's instructions.
pub trait Token: Copy {
    /// Runs a routine in a function of its own, compiled for the level's instructions.
    fn call<R: Routine<Self>>(self, routine: R) -> R::Output;
    /// [`call`](Self::call) of a routine that few inputs need.
    #[inline(always)]
    fn call_rarely<R: Routine<Self>>(self, routine: R) -> R::Output {
        self.call(routine)
    }
}

/// A large part that kernels share: compiled once for each vector type, and called. Everything
/// else is inlined into its kernel.
pub trait Routine<T: Token> {
    /// What it returns.
    type Output;
    /// Does it, inlined into [`Token::call`].
    fn run(self, token: T) -> Self::Output;
}

/// Floating-point lanes of one instruction set.
///
/// A value is the proof that its instructions may run: the first vectors are made by [`splat`] and
/// [`load`], which ask for the level's token, and all others out of vectors; a token is made only
/// where the CPU is known to have the features. So everything below is safe to call, and kernels
/// read like their formulas.
///
/// Operations round to nearest even, keep subnormal numbers, and give the same bits in every
/// implementation of the same family (see [`FUSED`]), except for the payload of a NaN.
///
/// [`splat`]: Vector::splat
/// [`load`]: Vector::load
/// [`FUSED`]: Vector::FUSED
pub trait Vector: Copy {
    /// The type of a lane.
    type Element: Element;
    /// Proof that the CPU has the instructions.
    type Token: Token;
    /// One machine register of the same lanes, for the few values that a whole row shares.
    type Register: Exchange<Element = Self::Element, Token = Self::Token>;
    /// How many vectors hold one stripe of [`Element::STRIPE`] elements.
    type PerStripe: Count;
    /// As many as there are lanes.
    type PerLane: Count;

    /// The number of lanes, a power of two that divides [`Element::STRIPE`].
    const LANES: usize;
    /// Whether [`mul_add`](Vector::mul_add) rounds once. Fused and unfused levels form two
    /// families: bits agree within a family.
    const FUSED: bool;
    /// Whether [`lower`](Vector::lower) compares numbers that are not negative, too.
    const LOWER_OF_ALL: bool = true;

    /// Every lane holds `x`.
    fn splat(token: Self::Token, x: Self::Element) -> Self;
    /// The first elements of `x`, as many as there are lanes; where `x` is shorter, `fill`.
    fn load(token: Self::Token, x: &[Self::Element], fill: Self::Element) -> Self;
    /// Asks the cache for what lies `distance` elements behind the first of `x`, in `x` or not.
    #[inline(always)]
    fn prefetch(_: Self::Token, _x: &[Self::Element], _distance: usize) {}
    /// Writes the first lanes, as many as `out` has room for.
    fn store(self, out: &mut [Self::Element]);
    /// The first lane.
    fn first(self) -> Self::Element;
    /// The registers of vectors, in order, to change.
    fn registers_mut(vectors: &mut [Self]) -> &mut [Self::Register];

    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self - other`.
    fn sub(self, other: Self) -> Self;
    /// `self * other`.
    fn mul(self, other: Self) -> Self;
    /// `self / other`, correctly rounded: never by way of an estimated reciprocal.
    fn div(self, other: Self) -> Self;
    /// `self * factor + term`, rounded once where [`FUSED`](Vector::FUSED), else twice.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// `term - self * factor`, rounded as in [`mul_add`](Vector::mul_add).
    fn neg_mul_add(self, factor: Self, term: Self) -> Self;

    /// `floor` where `floor > self`, else `self`: a NaN in `self` stays, one in `floor` is ignored.
    fn at_least(self, floor: Self) -> Self;
    /// `ceiling` where `ceiling < self`, else `self`: NaN as in [`at_least`](Vector::at_least).
    fn at_most(self, ceiling: Self) -> Self;
    /// The lower of the two where either is negative or [`LOWER_OF_ALL`](Vector::LOWER_OF_ALL), else
    /// either; NaN counts as any number.
    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        self.at_most(other)
    }
    /// The magnitude.
    fn abs(self) -> Self;
    /// The number whose bits, as an integer, are those of `self` minus those of `other`.
    fn bits_sub(self, other: Self) -> Self;
    /// The lanes that equal `value`: a bit each, that of the first lane the lowest. For at most 64 lanes.
    fn equal_lanes(self, value: Self::Element) -> u64;
    /// `self` with `value` in one lane.
    fn with_lane(self, lane: usize, value: Self::Element) -> Self;

    /// `replacement` where `x < bound`, else `self`: so also where `x` is NaN.
    fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self;
    /// How many lanes are below `bound`: no NaN is.
    fn count_less(self, bound: Self) -> u32;
    /// Whether any lane is below `bound`.
    fn any_less(self, bound: Self) -> bool;
    /// Whether every lane lies in [`low`, `high`]: no NaN does.
    fn all_between(self, low: Self, high: Self) -> bool;

    /// `self * 2^k`, exact, where `rounded` is `k + ROUND`, the sum that left the integer `k` in
    /// the low bits of its significand (see [`Element::ROUND`]).
    ///
    /// For normal `2^k` and a result that is normal or 0. NaN in `self` stays.
    fn scale_by_pow2(self, rounded: Self) -> Self;
    /// `self * 2^k` with one rounding, where `rounded` is `k + ROUND` as for
    /// [`scale_by_pow2`](Vector::scale_by_pow2).
    ///
    /// For `self` in [½, 2] and `k` in ±250 (`f32`) or ±2000 (`f64`): results overflow to infinity
    /// and underflow gradually; those that underflow to 0 cost no more than others. NaN in `self`
    /// stays.
    fn scale_by_pow2_gradual(self, rounded: Self) -> Self;

    /// The power of two `j/16` of the table times 2^k, exact, where `self` is
    /// `k + j/16 + ROUND/16`, the sum that left `16k + j` in the low bits of its significand.
    ///
    /// For normal results; whatever is in the lanes, no lane costs more than others.
    fn look_up_power(self, powers: &Powers<Self::Element>) -> Self;

    /// `(m, k)` with `self = m * 2^k` exactly and `m` in [⅔, 4/3), for positive normal lanes.
    fn split_pow2(self) -> (Self, Self);

    /// The sum of a vector's registers in a fixed tree: halves of the vector each time.
    fn sum_of_registers(sum: TwoFold<Self>) -> TwoFold<Self::Register>;
    /// The lanes' sum in a fixed tree: lanes at half the distance each time.
    #[inline(always)]
    fn reduce_sum(sum: TwoFold<Self>) -> TwoFold<Self::Register> {
        Self::Register::sum_of_lanes(Self::sum_of_registers(sum))
    }
    /// The largest lane, as [`at_least`](Vector::at_least) compares.
    fn reduce_max(self) -> Self::Element;
}
