//! Charts as SVG.
//!
//! Colours in them are marks that the page's style overrides by theme, so one chart serves light, dark and print. The page says
//! in words what is drawn, and no series is told apart by its colour alone.

use plotters::prelude::*;
use thiserror::Error;

use crate::trend::TrendPoint;

/// A chart could not be drawn.
#[derive(Debug, Error)]
#[error("a chart: {0}")]
pub struct ChartError(String);

const LINE: RGBColor = RGBColor(1, 2, 3);
const GRID: RGBColor = RGBColor(4, 5, 6);
/// Marks of the series of one chart, and how the page's style names them.
pub(crate) const SERIES: [(RGBColor, &str); 5] = [
    (RGBColor(16, 0, 0), "#100000"),
    (RGBColor(16, 0, 1), "#100001"),
    (RGBColor(16, 0, 2), "#100002"),
    (RGBColor(16, 0, 3), "#100003"),
    (RGBColor(16, 0, 4), "#100004"),
];
const SIZE: (u32, u32) = (720, 220);

/// The score of each run, from left to right; none where fewer than two runs have one.
///
/// # Errors
/// When the library refuses the drawing.
pub(crate) fn trend(runs: &[TrendPoint]) -> Result<Option<String>, ChartError> {
    let score = |run: &TrendPoint| Some(f64::from(u32::try_from(run.score_millipoints?).ok()?) / 1000.0);
    let scores: Vec<Option<f64>> = runs.iter().map(score).collect();
    lines(&[(LINE, scores)], Some(100.0))
}

/// Numbers of findings in each run, from left to right, a line for each series; none where fewer than two runs have one.
///
/// # Errors
/// When the library refuses the drawing.
pub(crate) fn counts(series: &[Vec<Option<u64>>]) -> Result<Option<String>, ChartError> {
    let number = |count: &Option<u64>| count.map(|count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    let series: Vec<(RGBColor, Vec<Option<f64>>)> =
        SERIES.iter().zip(series).map(|((color, _), counts)| (*color, counts.iter().map(number).collect())).collect();
    lines(&series, None)
}

/// Points that are joined by a line: values that follow one another.
type Segment = Vec<(f64, f64)>;

fn lines(series: &[(RGBColor, Vec<Option<f64>>)], top: Option<f64>) -> Result<Option<String>, ChartError> {
    let drawn: Vec<(RGBColor, Vec<Segment>)> =
        series.iter().map(|(color, values)| (*color, segments(values))).collect();
    let points = || drawn.iter().flat_map(|(_, segments)| segments.iter().flatten());
    let (first, last) = points().fold((f64::MAX, f64::MIN), |(first, last), (at, _)| (first.min(*at), last.max(*at)));
    if first >= last {
        return Ok(None);
    }
    let top = top.unwrap_or_else(|| points().fold(1.0_f64, |top, (_, value)| top.max(*value)) * 1.05);
    let mut svg = String::new();
    draw_lines(&mut svg, &drawn, first..last, top).map_err(|error| ChartError(error.to_string()))?;
    Ok(Some(placed(&svg)))
}

/// Values that follow one another, each with its place.
fn segments(values: &[Option<f64>]) -> Vec<Segment> {
    let mut segments = vec![Vec::new()];
    for (at, value) in (0_u32..).zip(values) {
        match (value, segments.last_mut()) {
            (Some(value), Some(segment)) => segment.push((f64::from(at), *value)),
            _ => segments.push(Vec::new()),
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

fn draw_lines(
    svg: &mut String,
    series: &[(RGBColor, Vec<Segment>)],
    across: std::ops::Range<f64>,
    top: f64,
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .y_label_area_size(44)
        .build_cartesian_2d(across, 0.0..top)
        .map_err(|error| error.to_string())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_labels(5)
        .y_label_formatter(&|value| format!("{value:.0}"))
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(TRANSPARENT)
        .label_style(("sans-serif", 13))
        .draw()
        .map_err(|error| error.to_string())?;
    for (color, segments) in series {
        for segment in segments {
            chart
                .draw_series(LineSeries::new(segment.iter().copied(), color.stroke_width(3)))
                .map_err(|error| error.to_string())?;
        }
        if let Some(&end) = segments.last().and_then(|segment| segment.last()) {
            chart.draw_series([Circle::new(end, 5, color.filled())]).map_err(|error| error.to_string())?;
        }
    }
    root.present().map_err(|error| error.to_string())?;
    Ok(())
}

/// A bar for each value, from the top, with its number; none where there is no value.
///
/// # Errors
/// When the library refuses the drawing.
pub(crate) fn bars(values: &[u64]) -> Result<Option<String>, ChartError> {
    if values.is_empty() {
        return Ok(None);
    }
    let mut svg = String::new();
    draw_bars(&mut svg, values).map_err(|error| ChartError(error.to_string()))?;
    Ok(Some(placed(&svg)))
}

fn draw_bars(svg: &mut String, values: &[u64]) -> Result<(), Box<dyn std::error::Error>> {
    let number = |value: u64| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    let top = values.iter().copied().map(number).fold(1.0_f64, f64::max);
    let rows = number(u64::try_from(values.len())?);
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .x_label_area_size(24)
        .build_cartesian_2d(-0.06 * top..top * 1.02, 0.0..rows)
        .map_err(|error| error.to_string())?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(6)
        .x_label_formatter(&|value| if *value < 0.0 { String::new() } else { format!("{value:.0}") })
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(TRANSPARENT)
        .label_style(("sans-serif", 13))
        .draw()
        .map_err(|error| error.to_string())?;
    for (at, value) in (0_u64..).zip(values) {
        let height = rows - number(at) - 0.5;
        // A value of nothing is still a mark.
        let length = number(*value).max(top * 0.004);
        let bar = PathElement::new(vec![(0.0, height), (length, height)], LINE.stroke_width(9));
        chart.draw_series([bar]).map_err(|error| error.to_string())?;
        let label = Text::new((at + 1).to_string(), (-0.05 * top, height + 0.3), ("sans-serif", 13));
        chart.draw_series([label]).map_err(|error| error.to_string())?;
    }
    root.present().map_err(|error| error.to_string())?;
    Ok(())
}

/// The page gives the size and says in words what is drawn.
fn placed(svg: &str) -> String {
    svg.replacen("<svg width=\"720\" height=\"220\"", "<svg aria-hidden=\"true\" class=\"chart\"", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_a_run_has_no_number() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0)];
        assert_eq!(segments(&values), [vec![(0.0, 1.0), (1.0, 2.0)], vec![(3.0, 3.0)]]);
        assert!(segments(&[None, None]).is_empty());
    }

    #[test]
    fn chart_needs_two_runs_and_has_a_mark_for_each_series() {
        assert!(counts(&[vec![Some(1)], vec![Some(2)]]).unwrap().is_none());
        let svg = counts(&[vec![Some(1), Some(2)], vec![None, Some(4)]]).unwrap().unwrap();
        assert!(svg.contains("#100000") && svg.contains("#100001") && svg.starts_with("<svg aria-hidden"), "{svg}");
        let svg = bars(&[0, 30, 7]).unwrap().unwrap();
        assert_eq!(svg.matches("stroke=\"#010203\"").count(), 3, "{svg}");
        assert!(bars(&[]).unwrap().is_none());
    }
}
