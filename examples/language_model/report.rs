//! What the example prints.

use std::f64::consts::LN_2;
use std::io::{self, Write};

use indicatif::HumanCount;
use logits::Level;

use crate::corpus::Corpus;
use crate::information::{Decomposition, Unigram};
use crate::model::WINDOW;
use crate::objective::softmax_twice_bound;
use crate::training::Trained;

/// What the text is, before anything is learnt.
pub fn text(out: &mut impl Write, corpus: &Corpus) -> io::Result<()> {
    let count = |length: usize| HumanCount(length as u64);
    let entropy = Unigram::of(&corpus.text, corpus.classes).entropy();
    writeln!(out, "Text         {}", corpus.name)?;
    writeln!(
        out,
        "             {} characters{}; the last {} are held out",
        count(corpus.text.len()),
        if corpus.truncated { ", cut there" } else { "" },
        count(corpus.held_out().len()),
    )?;
    write!(
        out,
        "Vocabulary   {} different characters",
        corpus.vocabulary
    )?;
    if corpus.classes < corpus.vocabulary {
        write!(out, ", the rarest of them as one class")?;
    }
    writeln!(
        out,
        "\nEntropy      {entropy:.4} nats = {:.4} bits per character, of the unigram distribution",
        entropy / LN_2
    )?;
    writeln!(
        out,
        "Model        softmax regression over the suffixes of the last {WINDOW} characters"
    )?;
    writeln!(out, "Kernels      {}\n", Level::best())
}

/// That cross-entropy is entropy plus KL divergence, in numbers.
pub fn decompositions(
    out: &mut impl Write,
    rows: &[(&str, usize, &Decomposition)],
) -> io::Result<()> {
    writeln!(
        out,
        "\
Cross-entropy = entropy + KL divergence: H(p, q) = H(p) + D(p‖q)

  In nats per held-out character. p is how often each character follows each context in the
  held-out text; q is what the model predicts there. H(p) is the least that any model could
  reach which sees that context and no more; D(p‖q) is what this one loses beyond. H(p, q) comes
  from the crate's loss kernel, character by character; the other two from counts and log-softmax.

  {:<16} {:>7} {:>11} {:>11} {:>11}   H(p) + D(p‖q) − H(p, q)",
        "model q", "context", "H(p)", "D(p‖q)", "H(p, q)"
    )?;
    for (name, window, terms) in rows {
        let difference = terms.entropy + terms.kl_divergence - terms.cross_entropy();
        writeln!(
            out,
            "  {name:<16} {window:>7} {:>11.6} {:>11.6} {:>11.6}   {difference:>9.1e}",
            terms.entropy,
            terms.kl_divergence,
            terms.cross_entropy(),
        )?;
    }
    writeln!(out)
}

/// How well each model predicts, and what the second softmax costs.
pub fn comparison(
    out: &mut impl Write,
    classes: usize,
    unigram: &Decomposition,
    once: &Trained,
    twice: &Trained,
) -> io::Result<()> {
    let uniform = (classes as f64).ln() / LN_2;
    let (once, twice) = (once.last(), twice.last());
    let bound = softmax_twice_bound(classes);
    writeln!(out, "Prediction of the held-out text\n")?;
    writeln!(
        out,
        "  {:<32} {:>14} {:>9}",
        "", "bits/character", "accuracy"
    )?;
    for (name, bits, accuracy) in [
        (
            "all characters equally probable",
            uniform,
            1.0 / classes as f64,
        ),
        (
            "unigram",
            unigram.cross_entropy() / LN_2,
            unigram.accuracy(),
        ),
        ("softmax once", once.bits, once.accuracy),
        ("softmax twice", twice.bits, twice.accuracy),
    ] {
        let percent = 100.0 * accuracy;
        writeln!(out, "  {name:<32} {bits:>14.3} {percent:>7.1} %")?;
    }
    writeln!(
        out,
        "
Softmax applied twice, with the same initial weights, batches and learning rate, needs {:.1} times
as many bits per character and errs on {:.1} times as many characters.
The loss that it minimises is {:.3} bits; with {classes} classes that loss can't fall below
ln(1 + {}/e) = {bound:.3} nats = {:.3} bits, even if every prediction were certain and right.
",
        twice.bits / once.bits,
        (1.0 - twice.accuracy) / (1.0 - once.accuracy),
        twice.objective_bits,
        classes - 1,
        bound / LN_2,
    )
}
