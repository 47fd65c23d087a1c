//! The worst errors over the length of the row, as an SVG.

use std::error::Error;

use logits::Level;
use plotters::prelude::*;

use crate::plain::Form;
use crate::reductions::Worst;
use crate::support::Function;

const SIZE: (u32, u32) = (1080, 400);
const FONT: &str = "sans-serif";
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(213, 94, 0);
const GREY: RGBColor = RGBColor(110, 110, 110);
const PALE: RGBColor = RGBColor(225, 225, 225);
/// The ends of the scale of errors: what is beyond is drawn there.
const ERRORS: (f64, f64) = (0.3, 1e9);

/// Draws one panel for each function.
pub fn draw(float: &str, worst: &[Worst]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let title = format!("Worst error in ULP over hard rows of {float}");
        let panels = area.titled(&title, (FONT, 22))?.split_evenly((1, 3));
        let functions = [Function::Softmax, Function::LogSumExp, Function::Loss];
        for (panel, function) in panels.iter().zip(functions) {
            draw_panel(panel, function, worst)?;
        }
        area.present()?;
    }
    Ok(svg)
}

fn draw_panel(
    panel: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    function: Function,
    worst: &[Worst],
) -> Result<(), Box<dyn Error>> {
    let longest = worst.last().map_or(2, |worst| worst.len) as f64;
    let mut chart = ChartBuilder::on(panel)
        .caption(function.to_string(), (FONT, 18))
        .margin(10)
        .margin_right(24)
        .x_label_area_size(45)
        .y_label_area_size(76)
        .build_cartesian_2d((2.0..longest).log_scale(), (ERRORS.0..ERRORS.1).log_scale())?;
    chart
        .configure_mesh()
        .bold_line_style(PALE)
        .light_line_style(TRANSPARENT)
        .axis_style(GREY)
        .label_style((FONT, 13))
        .x_desc("elements of the row")
        .x_label_formatter(&|len| format!("{len:.0}"))
        .y_label_formatter(&|error| {
            if *error >= ERRORS.1 {
                "no digit".into()
            } else {
                format!("{error}")
            }
        })
        .draw()?;
    let best = Level::best().name();
    let own = ("this crate", BLUE, 3);
    let styles = [("naive", ORANGE, 2), ("minus the maximum", GREY, 2)];
    let plain = Form::ALL.map(Form::name).into_iter().zip(styles);
    let lines = plain.map(|(form, style)| {
        (
            style,
            points(worst, |worst| worst.plain.get(&(function, form))),
        )
    });
    let own = std::iter::once((own, points(worst, |worst| worst.own.get(&(function, best)))));
    for ((label, colour, width), points) in lines.chain(own) {
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(width)))?
            .label(label)
            .legend(move |(x, y)| {
                PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(width))
            });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .background_style(WHITE.mix(0.9))
        .border_style(PALE)
        .label_font((FONT, 13))
        .draw()?;
    Ok(())
}

/// Length and error, the latter within the scale.
fn points<'a>(worst: &'a [Worst], error: impl Fn(&'a Worst) -> Option<&'a f64>) -> Vec<(f64, f64)> {
    let point =
        |worst: &'a Worst| Some((worst.len as f64, error(worst)?.clamp(ERRORS.0, ERRORS.1)));
    worst.iter().filter_map(point).collect()
}
