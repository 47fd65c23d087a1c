//! Stretches of a slice for kernels that read, or read and write.

use core::marker::PhantomData;
use core::slice;

use super::element::Element;
use super::vector::Vector;
use crate::Error;

/// A stretch of elements that a kernel reads, and may write results over or beside.
pub trait Span<E: Element>: Sized {
    /// The number of elements.
    fn len(&self) -> usize;
    /// The elements to read.
    fn source(&self) -> &[E];
    /// The elements from `start`, and `fill` where there are none.
    #[inline(always)]
    fn load_at<V: Vector<Element = E>>(&self, token: V::Token, start: usize, fill: E) -> V {
        V::load(token, self.source().get(start..).unwrap_or(&[]), fill)
    }
    /// Writes results to where those of the elements from `start` belong: nowhere for a stretch
    /// that is only read.
    fn store_at<V: Vector<Element = E>>(&mut self, start: usize, results: V);
    /// The first `at` elements (or all, if there are fewer) and the rest.
    fn split(self, at: usize) -> (Self, Self);
}

/// A line of the cache, in bytes.
const LINE: usize = 64;

/// The number of elements of `x` before the first that starts a line of the cache: an access to two
/// lines takes twice the time, for a store on some CPUs four times.
#[inline(always)]
pub fn before_line<E>(x: &[E]) -> usize {
    x.as_ptr().align_offset(LINE).min(x.len())
}

impl<E: Element> Span<E> for &[E] {
    #[inline(always)]
    fn len(&self) -> usize {
        <[E]>::len(self)
    }

    #[inline(always)]
    fn source(&self) -> &[E] {
        self
    }

    #[inline(always)]
    fn store_at<V: Vector<Element = E>>(&mut self, _: usize, _: V) {}

    #[inline(always)]
    fn split(self, at: usize) -> (Self, Self) {
        self.split_at_checked(at).unwrap_or((self, &[]))
    }
}

/// Elements to read and as many places to write, which are the same elements or disjoint from
/// them: one kernel serves both the in-place and the two-slice form of a function.
pub struct InOut<'a, E> {
    source: *const E,
    target: *mut E,
    len: usize,
    slices: PhantomData<(&'a [E], &'a mut [E])>,
}

impl<'a, E> InOut<'a, E> {
    /// Reads from `x` and writes over it.
    #[inline]
    pub fn in_place(x: &'a mut [E]) -> Self {
        let target = x.as_mut_ptr();
        Self {
            source: target,
            target,
            len: x.len(),
            slices: PhantomData,
        }
    }

    /// Reads from `x` and writes to `out`, which must be of one length.
    #[inline]
    pub fn beside(x: &'a [E], out: &'a mut [E]) -> Result<Self, Error> {
        Error::check_lengths(x.len(), out.len())?;
        Ok(Self {
            source: x.as_ptr(),
            target: out.as_mut_ptr(),
            len: x.len(),
            slices: PhantomData,
        })
    }

    /// The same elements for a shorter time.
    #[inline(always)]
    pub fn reborrow(&mut self) -> InOut<'_, E> {
        InOut {
            slices: PhantomData,
            ..*self
        }
    }

    /// The places to write. In place, they hold what was read until it is overwritten.
    #[inline(always)]
    pub fn target(&mut self) -> &mut [E] {
        // SAFETY: `target` and `len` come from a mutable slice that lives as long as `'a`, and
        // `source`, where it points to the same elements, is read through `&self` alone.
        unsafe { slice::from_raw_parts_mut(self.target, self.len) }
    }

    /// The results, as a stretch to read and write in place.
    #[inline(always)]
    pub fn written(self) -> Self {
        Self {
            source: self.target,
            ..self
        }
    }
}

impl<E: Element> Span<E> for InOut<'_, E> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn source(&self) -> &[E] {
        // SAFETY: `source` and `len` come from a slice that lives as long as `'a`, and writing
        // takes `&mut self`.
        unsafe { slice::from_raw_parts(self.source, self.len) }
    }

    #[inline(always)]
    fn store_at<V: Vector<Element = E>>(&mut self, start: usize, results: V) {
        results.store(self.target().get_mut(start..).unwrap_or(&mut []));
    }

    #[inline(always)]
    fn split(self, at: usize) -> (Self, Self) {
        let at = at.min(self.len);
        // SAFETY: `at` is at most `len`, so both pointers stay in or one past their slices; the
        // two parts do not overlap and `self` is consumed.
        let (source, target) = unsafe { (self.source.add(at), self.target.add(at)) };
        (
            Self { len: at, ..self },
            Self {
                source,
                target,
                len: self.len - at,
                ..self
            },
        )
    }
}
