//! What the example prints.

use std::io::{self, Write};

use indicatif::HumanCount;
use logits::Level;

use crate::array::Array;
use crate::evaluation::Summary;
use crate::rows::{Logit, LogitRows};

/// What is evaluated.
pub fn inputs<T: Logit>(
    out: &mut impl Write,
    logits: &LogitRows<T>,
    labels: &Array,
) -> io::Result<()> {
    let count = |length: usize| HumanCount(length as u64);
    writeln!(
        out,
        "\
Logits             {}
                   {} rows × {} columns, {} in {:?} order
Labels             {}, {}
Kernels            {}
",
        logits.name,
        count(logits.layout.rows),
        count(logits.layout.columns),
        logits.element_type,
        logits.layout.order,
        labels.name,
        labels.element_type(),
        Level::best(),
    )
}

/// What was measured.
pub fn summary(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let calibration = &summary.calibration;
    let percent = |share: f64| 100.0 * share;
    writeln!(
        out,
        "\
Rows               {} evaluated, {} ignored
Mean loss          {:.6} nats = {:.6} bits
Perplexity         {:.6}
Accuracy           {:.3} %
Mean confidence    {:.3} %
Calibration error  {:.3} % (ECE, {} bins of equal width)
Mean entropy       {:.6} nats, of the predicted distributions
Throughput         {} rows/s, {:.2} GB/s of logits, in the kernels of loss, entropy and softmax",
        HumanCount(summary.rows),
        HumanCount(summary.ignored),
        summary.loss,
        summary.bits(),
        summary.perplexity(),
        percent(summary.accuracy),
        percent(calibration.total().confidence()),
        percent(calibration.expected_error()),
        calibration.bins().len(),
        summary.entropy,
        HumanCount(summary.rows_per_second as u64),
        summary.bytes_per_second / 1e9,
    )
}
