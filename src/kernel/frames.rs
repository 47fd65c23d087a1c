//! The frames of several rows, one a lane.

use super::frame::{Frame, Shifted};
use super::lanes::{Lanes, filled, get, set};
use crate::math::TwoFold;
use crate::math::exp::Exponential;
use crate::math::term::{exp_term, exp_term_two_fold, round_of_terms};
use crate::simd::{Element, Vector};

/// Frames that shift by a power of two, each lane by its own.
#[derive(Clone, Copy)]
pub struct NearFrames<V> {
    floor: V,
    /// The constant that rounds the exponents, − N.
    round: V,
}

impl<V: Vector<Element: Shifted>> NearFrames<V> {
    /// The frames for rows with the largest elements `max`, if all are near.
    #[inline(always)]
    pub fn new(token: V::Token, max: V) -> Option<Self> {
        let (low, high) = V::Element::near_range(V::FUSED);
        if !max.all_between(V::splat(token, low), V::splat(token, high)) {
            return None;
        }
        let round = V::splat(token, V::Element::ROUND);
        let headroom = V::splat(token, round_of_terms::<V>() + V::Element::HEADROOM);
        // As in `Frame::new`: the product and the sum round apart.
        let rounded = max.mul(V::splat(token, V::Element::LOG2_E)).add(round);
        Some(Self {
            floor: max.sub(V::splat(token, V::Element::NEGLIGIBLE)),
            round: headroom.sub(rounded.sub(round)),
        })
    }

    /// e^x in these frames.
    #[inline(always)]
    pub fn exp(&self, token: V::Token, x: V) -> V {
        let zero = V::splat(token, V::Element::ZERO);
        exp_term(token, x, self.round).replace_where_less(x, self.floor, zero)
    }
}

/// Frames, each lane its own.
#[derive(Clone, Copy)]
pub struct Frames<V> {
    offset: V,
    near: NearFrames<V>,
}

impl<V: Vector<Element: Shifted>> Frames<V> {
    /// Frames that shift by a power of two.
    #[inline(always)]
    pub fn near(token: V::Token, near: NearFrames<V>) -> Self {
        let offset = V::splat(token, V::Element::ZERO);
        Self { offset, near }
    }

    /// e^x in these frames.
    #[inline(always)]
    pub fn exp(&self, token: V::Token, x: V) -> V {
        self.near.exp(token, x.sub(self.offset))
    }

    /// e^x in these frames, in two parts, for the largest elements.
    #[inline(always)]
    pub fn peak(&self, token: V::Token, max: V) -> TwoFold<V> {
        exp_term_two_fold(token, max.sub(self.offset), self.near.round)
    }
}

/// The lanes of [`Frames`].
pub struct FrameLanes<R: Vector> {
    offset: Lanes<R>,
    floor: Lanes<R>,
    power: Lanes<R>,
}

impl<R: Vector<Element: Shifted>> FrameLanes<R> {
    /// Frames of nothing.
    #[inline(always)]
    pub fn new() -> Self {
        let zero = filled::<R, _>(R::Element::ZERO);
        Self {
            offset: zero,
            floor: zero,
            power: zero,
        }
    }

    /// Puts a frame in a lane.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, frame: Frame<R::Element>) {
        set(&mut self.offset, lane, frame.offset);
        set(&mut self.floor, lane, frame.floor);
        set(&mut self.power, lane, frame.power);
    }

    /// The frame in a lane.
    #[inline(always)]
    pub fn get(&self, lane: usize) -> Option<Frame<R::Element>> {
        Some(Frame {
            offset: get(&self.offset, lane)?,
            floor: get(&self.floor, lane)?,
            power: get(&self.power, lane)?,
            fused: R::FUSED,
        })
    }

    /// The frames in lanes.
    #[inline(always)]
    pub fn load(&self, token: R::Token) -> Frames<R> {
        let zero = R::Element::ZERO;
        let power = R::load(token, self.power.as_ref(), zero);
        Frames {
            offset: R::load(token, self.offset.as_ref(), zero),
            near: NearFrames {
                floor: R::load(token, self.floor.as_ref(), zero),
                round: R::splat(token, round_of_terms::<R>()).add(power),
            },
        }
    }
}
