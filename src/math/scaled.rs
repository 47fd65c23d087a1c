//! Products and sums of numbers of any magnitude: none overflows or underflows on the way.

use super::TwoFold;
use super::ln::Logarithm;
use super::log::scale_subnormal;
use crate::simd::{Element, Routine, Token, Vector};

/// `digits`·2^`power`. The power is an integer that a lane holds exactly, far beyond the exponents
/// of the lane's own numbers; the digits of a product of a few numbers stay near 1.
#[derive(Clone, Copy)]
pub struct Scaled<V> {
    digits: V,
    power: V,
}

impl<V: Vector<Element: Logarithm>> Scaled<V> {
    /// `x` itself. 0, infinity and NaN are their own digits.
    #[inline(always)]
    pub fn new(token: V::Token, x: V) -> Self {
        let zero = V::splat(token, V::Element::ZERO);
        let magnitude = x.abs();
        let (normal, power) = scale_subnormal(token, magnitude);
        let (m, k) = normal.split_pow2();
        let signed = m.replace_where_less(x, zero, zero.sub(m));
        Self {
            digits: if_ordinary(token, magnitude, signed, x),
            power: k.sub(power),
        }
    }

    /// `self · other`.
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        Self {
            digits: self.digits.mul(other.digits),
            power: self.power.add(other.power),
        }
    }

    /// `self / other`.
    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        Self {
            digits: self.digits.div(other.digits),
            power: self.power.sub(other.power),
        }
    }

    /// `self · x`, 0 for `self` = 0 and any x.
    #[inline(always)]
    pub fn weigh(self, token: V::Token, x: Self) -> Self {
        Self {
            digits: unless_zero(token, self.digits, self.digits.mul(x.digits)),
            power: self.power.add(x.power),
        }
    }

    /// `self + other`.
    #[inline(always)]
    pub fn add(self, token: V::Token, other: Self) -> Self {
        let (a, b) = (self.power_of_digits(token), other.power_of_digits(token));
        let power = a.at_least(b);
        let a = self.digits.mul(power_of_two(token, a.sub(power)));
        let b = other.digits.mul(power_of_two(token, b.sub(power)));
        Self {
            digits: a.add(b),
            power,
        }
    }

    /// The power, but one below that of every product where the digits are 0.
    #[inline(always)]
    fn power_of_digits(self, token: V::Token) -> V {
        let least = V::splat(token, V::Element::LEAST);
        let sixteen = V::splat(token, V::Element::SIXTEEN);
        let below = V::splat(token, V::Element::LOWEST_POWER).mul(sixteen);
        self.power
            .replace_where_less(self.digits.abs(), least, below)
    }

    /// The number: rounded where it is subnormal, infinite where it is too large.
    #[inline(always)]
    pub fn value(self, token: V::Token) -> V {
        let Self { digits, power } = Self::new(token, self.digits);
        // Below, and above, all numbers.
        let lowest = V::Element::LOWEST_POWER + V::Element::LOWEST_POWER * V::Element::HALF;
        let power = power.add(self.power);
        let power = power.at_least(V::splat(token, lowest));
        let power = power.at_most(V::splat(token, -lowest));
        let rounded = power.add(V::splat(token, V::Element::ROUND));
        let value = digits.scale_by_pow2_gradual(rounded);
        // Levels differ in the sign of what underflows to 0.
        let zero = V::splat(token, V::Element::ZERO);
        if_ordinary(token, self.digits.abs(), value, self.digits).add(zero)
    }
}

/// `a` / `b`, which is finite, as a number below 4 in two parts and a power of two that is finite too.
#[inline(always)]
pub fn ratio<V: Vector<Element: Logarithm>>(token: V::Token, a: V, b: V) -> (TwoFold<V>, V) {
    let (a, b) = (Scaled::new(token, a), Scaled::new(token, b));
    let digits = TwoFold::exact(token, b.digits).divide(token, a.digits);
    // Half of the quotient's power, since the quotient of the digits may be below 1.
    let one = V::splat(token, V::Element::ONE);
    let power = a.power.sub(b.power).sub(one);
    let lowest = V::splat(token, V::Element::LOWEST_POWER);
    let rest = power.sub(power.at_least(lowest));
    let double_rest = power_of_two(token, rest.add(one));
    (digits.scaled(double_rest), power_of_two(token, power))
}

/// Where the magnitudes of factors lie, those that are 0 aside.
#[derive(Clone, Copy)]
pub struct Magnitudes<V> {
    least: V,
    most: V,
}

impl<V: Vector> Magnitudes<V> {
    /// Of no factor but 1.
    #[inline(always)]
    pub fn new(token: V::Token) -> Self {
        let one = V::splat(token, V::Element::ONE);
        Self {
            least: one,
            most: one,
        }
    }

    /// With the factor `x`.
    #[inline(always)]
    pub fn with(self, token: V::Token, x: V) -> Self {
        let magnitude = x.abs();
        Self {
            most: self.most.at_least(magnitude),
            ..self.with_share(token, magnitude)
        }
    }

    /// With the factor `x` in [0, 1].
    #[inline(always)]
    pub fn with_share(self, token: V::Token, x: V) -> Self {
        // A step down by bits: what is before 0 is NaN, and ignored.
        let below = x.bits_sub(V::splat(token, V::Element::LEAST));
        Self {
            least: self.least.at_most(below),
            ..self
        }
    }

    /// Whether no lane's product of at most four of the factors overflows or has fewer digits than
    /// they have.
    #[inline(always)]
    pub fn are_moderate(self, token: V::Token) -> bool {
        let (low, high) = moderate(token);
        !self.least.any_less(low) && !high.any_less(self.most)
    }

    /// `plain` in the lanes whose factors are moderate, else `careful`.
    #[inline(always)]
    pub fn choose(self, token: V::Token, plain: V, careful: V) -> V {
        let (low, high) = moderate(token);
        plain
            .replace_where_less(self.least, low, careful)
            .replace_where_less(high, self.most, careful)
    }
}

/// The least and the largest moderate magnitude: the fourth root of the range.
#[inline(always)]
fn moderate<V: Vector>(token: V::Token) -> (V, V) {
    let quarter = V::Element::LOWEST_POWER * V::Element::HALF * V::Element::HALF;
    let low = power_of_two(token, V::splat(token, quarter));
    let high = power_of_two(token, V::splat(token, -quarter));
    (low, high)
}

/// a·b·c.
#[inline(always)]
pub fn product<V: Vector<Element: Logarithm>>(token: V::Token, factors: [V; 3]) -> V {
    let [a, b, c] = factors;
    let divisor = V::splat(token, V::Element::ONE);
    Quotient { factors, divisor }.unless_moderate(token, a.mul(b).mul(c))
}

/// a·b·c / `divisor`.
#[inline(always)]
pub fn quotient<V: Vector<Element: Logarithm>>(token: V::Token, factors: [V; 3], divisor: V) -> V {
    let [a, b, c] = factors;
    Quotient { factors, divisor }.unless_moderate(token, a.mul(b).mul(c).div(divisor))
}

/// A product of factors of any magnitude, divided by another.
struct Quotient<V> {
    factors: [V; 3],
    divisor: V,
}

impl<V: Vector<Element: Logarithm>> Quotient<V> {
    /// The quotient, which is `plain` where all is moderate.
    #[inline(always)]
    fn unless_moderate(self, token: V::Token, plain: V) -> V {
        let [a, b, c] = self.factors;
        let magnitudes = Magnitudes::new(token).with(token, a).with(token, b);
        let magnitudes = magnitudes.with(token, c).with(token, self.divisor);
        if magnitudes.are_moderate(token) {
            plain
        } else {
            magnitudes.choose(token, plain, token.call_rarely(self))
        }
    }
}

impl<V: Vector<Element: Logarithm>> Routine<V::Token> for Quotient<V> {
    type Output = V;

    #[inline(always)]
    fn run(self, token: V::Token) -> V {
        let [a, b, c] = self.factors;
        let product = Scaled::new(token, a).mul(Scaled::new(token, b));
        let product = product.mul(Scaled::new(token, c));
        product.div(Scaled::new(token, self.divisor)).value(token)
    }
}

/// `product`, but 0 where its factor `factor` is, whatever the others are.
#[inline(always)]
pub fn unless_zero<V: Vector>(token: V::Token, factor: V, product: V) -> V {
    let least = V::splat(token, V::Element::LEAST);
    product.replace_where_less(factor.abs(), least, V::splat(token, V::Element::ZERO))
}

/// `y` where `magnitude` is neither 0 nor infinite nor NaN, else `other`.
#[inline(always)]
fn if_ordinary<V: Vector>(token: V::Token, magnitude: V, y: V, other: V) -> V {
    let infinity = V::splat(token, -V::Element::NEG_INFINITY);
    other
        .replace_where_less(magnitude, infinity, y)
        .replace_where_less(magnitude, V::splat(token, V::Element::LEAST), other)
}

/// 2^`power` for a power that is an exponent; 2^[`Element::LOWEST_POWER`] for a lower one.
#[inline(always)]
fn power_of_two<V: Vector>(token: V::Token, power: V) -> V {
    let power = power.at_least(V::splat(token, V::Element::LOWEST_POWER));
    let rounded = power.add(V::splat(token, V::Element::ROUND));
    V::splat(token, V::Element::ONE).scale_by_pow2(rounded)
}
