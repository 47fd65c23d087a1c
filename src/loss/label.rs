//! Class labels of any integer type.

/// Labels of any of the types that implement [`Label`].
#[derive(Clone, Copy, Debug)]
pub enum Labels<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
    U64(&'a [u64]),
    Usize(&'a [usize]),
    I32(&'a [i32]),
    I64(&'a [i64]),
}

/// Calls for the slice, whatever its type.
macro_rules! each {
    ($labels:expr, $slice:ident => $result:expr) => {
        match $labels {
            Labels::U8($slice) => $result,
            Labels::U16($slice) => $result,
            Labels::U32($slice) => $result,
            Labels::U64($slice) => $result,
            Labels::Usize($slice) => $result,
            Labels::I32($slice) => $result,
            Labels::I64($slice) => $result,
        }
    };
}

impl Labels<'_> {
    /// The label of a row, unless it is `ignored`, negative or not there.
    #[inline(always)]
    pub fn get(&self, row: usize, ignored: Option<i64>) -> Option<usize> {
        each!(self, slice => slice.get(row)?.class_unless(ignored))
    }

    /// Copies the labels from row number `first` on, as many as there are; `none` in place of one that is
    /// `ignored`, or not a `usize`.
    #[inline(always)]
    pub fn copy_to(&self, classes: &mut [usize], first: usize, ignored: Option<i64>, none: usize) {
        each!(self, slice => {
            for (class, label) in classes.iter_mut().zip(slice.get(first..).unwrap_or(&[])) {
                *class = match label.class_unless(ignored) {
                    Some(class) => class,
                    None => none,
                };
            }
        });
    }

    /// The first row whose label is neither one of `columns` classes nor `ignored`.
    pub fn first_out_of_range(&self, columns: usize, ignored: Option<i64>) -> Option<usize> {
        each!(self, slice => slice.iter().position(|label| {
            label.class().is_none_or(|class| class >= columns) && !label.is(ignored)
        }))
    }
}

/// What a label can do, private to the crate.
pub(crate) trait Sealed: Sized {
    /// The slice, whatever its type.
    fn labels(labels: &[Self]) -> Labels<'_>;
    /// The class, if it can be one.
    fn class(&self) -> Option<usize>;
    /// Whether the label is this number.
    fn is(&self, number: Option<i64>) -> bool;
    /// The class, if it can be one and is not `ignored`.
    #[inline(always)]
    fn class_unless(&self, ignored: Option<i64>) -> Option<usize> {
        if self.is(ignored) { None } else { self.class() }
    }
}

/// An integer type that labels rows with their classes, counted from 0: `u8`, `u16`, `u32`,
/// `u64`, `usize`, `i32` or `i64`. Sealed: no other type can implement it.
///
/// ```
/// use logits::{CrossEntropy, Error, Rows};
///
/// let (loss, rows) = (CrossEntropy::new(), Rows::new(&[1.0_f32, 2.0], 2)?);
/// assert_eq!(loss.loss_from_logits(rows, &[1_u8])?, loss.loss_from_logits(rows, &[1_i64])?);
/// let error = Error::LabelOutOfRange { row: 0 };
/// assert_eq!(loss.loss_from_logits(rows, &[-1_i32]), Err(error));
/// # Ok::<(), Error>(())
/// ```
#[allow(private_bounds, reason = "none of it is the caller's")]
pub trait Label: Copy + Sealed {}

macro_rules! label {
    ($($integer:ident $variant:ident)*) => {$(
        impl Label for $integer {}

        impl Sealed for $integer {
            #[inline]
            fn labels(labels: &[Self]) -> Labels<'_> {
                Labels::$variant(labels)
            }

            // Infallible for some of the types.
            #[allow(clippy::unnecessary_fallible_conversions, clippy::useless_conversion)]
            #[inline(always)]
            fn class(&self) -> Option<usize> {
                usize::try_from(*self).ok()
            }

            #[allow(clippy::unnecessary_fallible_conversions, clippy::useless_conversion)]
            #[inline(always)]
            fn is(&self, number: Option<i64>) -> bool {
                number.is_some() && i64::try_from(*self).ok() == number
            }
        }
    )*};
}

label!(u8 U8 u16 U16 u32 U32 u64 U64 usize Usize i32 I32 i64 I64);
