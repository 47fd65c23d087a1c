//! The learning curves as an SVG.

use std::error::Error;
use std::f64::consts::LN_2;

use plotters::element::DashedPathElement;
use plotters::prelude::*;

use crate::objective::softmax_twice_bound;
use crate::training::{Checkpoint, Trained};

const SIZE: (u32, u32) = (960, 600);
const FONT: &str = "sans-serif";
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(213, 94, 0);
const GREY: RGBColor = RGBColor(110, 110, 110);
const PALE: RGBColor = RGBColor(225, 225, 225);
/// A dash longer than any line.
const SOLID: (u32, u32) = (1 << 20, 0);
/// The length of the sample of a line in the legend.
const SAMPLE: i32 = 36;

/// A line of the chart.
struct Line {
    label: String,
    points: Vec<(f64, f64)>,
    style: ShapeStyle,
    /// The length of the dashes and of the gaps, in pixels.
    dashes: (u32, u32),
}

/// Draws both trainings over the number of characters learnt from.
pub fn learning_curves(
    once: &Trained,
    twice: &Trained,
    classes: usize,
    unigram_bits: f64,
) -> Result<String, Box<dyn Error>> {
    let characters = once.last().characters as f64;
    let bound_bits = softmax_twice_bound(classes) / LN_2;
    let level = |bits| vec![(0.0, bits), (characters, bits)];
    let curve = |trained: &Trained, bits: fn(&Checkpoint) -> f64| {
        let point = |checkpoint: &Checkpoint| (checkpoint.characters as f64, bits(checkpoint));
        trained.curve.iter().map(point).collect::<Vec<_>>()
    };
    let lines = [
        Line {
            label: "softmax applied twice".to_owned(),
            points: curve(twice, |checkpoint| checkpoint.bits),
            style: ORANGE.stroke_width(3),
            dashes: SOLID,
        },
        Line {
            label: "softmax applied twice, by its own loss".to_owned(),
            points: curve(twice, |checkpoint| checkpoint.objective_bits),
            style: ORANGE.stroke_width(2),
            dashes: (8, 5),
        },
        Line {
            label: format!("least possible of that loss: {bound_bits:.3}"),
            points: level(bound_bits),
            style: GREY.stroke_width(2),
            dashes: (8, 5),
        },
        Line {
            label: format!("unigram, no context: {unigram_bits:.3}"),
            points: level(unigram_bits),
            style: GREY.stroke_width(2),
            dashes: (2, 5),
        },
        Line {
            label: "softmax applied once".to_owned(),
            points: curve(once, |checkpoint| checkpoint.bits),
            style: BLUE.stroke_width(3),
            dashes: SOLID,
        },
    ];
    draw(&lines, characters)
}

fn draw(lines: &[Line], characters: f64) -> Result<String, Box<dyn Error>> {
    let highest = lines
        .iter()
        .flat_map(|line| &line.points)
        .fold(0.0, |highest, &(_, bits)| f64::max(highest, bits));
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(
                "A character model learns with softmax once, and stalls with it twice",
                (FONT, 24),
            )
            .margin(20)
            .x_label_area_size(50)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..characters, 0.0..highest * 1.05)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(PALE)
            .light_line_style(TRANSPARENT)
            .axis_style(GREY)
            .label_style((FONT, 17))
            .axis_desc_style((FONT, 19))
            .x_desc("characters learnt from, in thousands")
            .y_desc("bits per character, held-out text")
            .x_label_formatter(&|characters| format!("{:.0}", characters / 1000.0))
            .y_label_formatter(&|bits| format!("{bits:.0}"))
            .draw()?;
        for line in lines {
            let (dash, gap) = line.dashes;
            let style = line.style;
            chart
                .draw_series(DashedLineSeries::new(
                    line.points.iter().copied(),
                    dash,
                    gap,
                    style,
                ))?
                .label(&line.label)
                .legend(move |(x, y)| {
                    let ends = [(x, y), (x + SAMPLE, y)];
                    DashedPathElement::new(ends, dash, gap, style)
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::MiddleRight)
            .legend_area_size(SAMPLE + 10)
            .margin(16)
            .background_style(WHITE.mix(0.9))
            .border_style(PALE)
            .label_font((FONT, 18))
            .draw()?;
        area.present()?;
    }
    Ok(svg)
}
