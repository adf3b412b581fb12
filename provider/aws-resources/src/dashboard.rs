//! CloudWatch dashboard bodies, as "Dashboard body structure and syntax" describes them.

use std::collections::BTreeMap;

use pulumi_component::Input;

use crate::json::Json;

/// Columns of a dashboard.
const COLUMNS: u32 = 24;
/// Rows of a widget: what fits a legend and a curve.
const ROWS: u32 = 6;
/// Rows of a note of one line.
const NOTE_ROWS: u32 = 1;

/// What a dashboard shows: rows of graphs, each row as wide as the dashboard.
#[derive(Clone, Debug, Default)]
pub struct DashboardBody {
    rows: Vec<Vec<Graph>>,
    note: Option<Input<String>>,
}

impl DashboardBody {
    /// Adds a row of graphs that share the width.
    #[must_use]
    pub fn row(mut self, graphs: impl IntoIterator<Item = Graph>) -> Self {
        self.rows.push(graphs.into_iter().collect());
        self
    }

    /// Sets a text, in Markdown, that stands below all rows.
    #[must_use]
    pub fn note(mut self, markdown: impl Into<Input<String>>) -> Self {
        self.note = Some(markdown.into());
        self
    }
}

/// A graph of metrics over time.
#[derive(Clone, Debug)]
pub struct Graph {
    title: &'static str,
    region: Input<String>,
    statistic: &'static str,
    period_seconds: u32,
    metrics: Vec<Json>,
}

impl Graph {
    /// A graph of one statistic (`Sum`, `Average`, `Maximum`) over periods.
    pub fn new(title: &'static str, region: impl Into<Input<String>>, statistic: &'static str) -> Self {
        Self { title, region: region.into(), statistic, period_seconds: 300, metrics: Vec::new() }
    }

    /// Sets the length of a period in seconds; 300 unless told.
    #[must_use]
    pub fn period_seconds(mut self, seconds: u32) -> Self {
        self.period_seconds = seconds;
        self
    }

    /// Adds a metric. Dimensions are name and value, one after the other: CloudWatch refuses objects here.
    #[must_use]
    pub fn metric<const N: usize>(
        mut self,
        namespace: &str,
        name: &str,
        dimensions: [(&str, Input<String>); N],
    ) -> Self {
        let mut metric = vec![Json::from(namespace), name.into()];
        for (dimension, value) in dimensions {
            metric.extend([dimension.into(), value.into()]);
        }
        self.metrics.push(Json::List(metric));
        self
    }

    /// Adds every metric that a search finds ("Search expression syntax" of CloudWatch), with the graph's statistic and period.
    #[must_use]
    pub fn search(mut self, search: &str) -> Self {
        let quoted = search.replace('\'', "\\'");
        let expression = format!("SEARCH('{quoted}', '{}', {})", self.statistic, self.period_seconds);
        let id = format!("e{}", self.metrics.len() + 1);
        self.metrics.push(Json::List(vec![Json::object([
            ("expression", expression.as_str().into()),
            ("id", id.as_str().into()),
        ])]));
        self
    }

    fn widget(self, x: u32, y: u32, width: u32) -> Json {
        let properties = Json::object([
            ("title", self.title.into()),
            ("region", self.region.into()),
            ("stat", self.statistic.into()),
            ("period", Json::Known(self.period_seconds.into())),
            ("view", "timeSeries".into()),
            ("stacked", Json::Known(false.into())),
            ("metrics", Json::List(self.metrics)),
        ]);
        let place = [("x", x), ("y", y), ("width", width), ("height", ROWS)];
        let mut widget: BTreeMap<_, _> =
            place.into_iter().map(|(key, value)| (key.to_owned(), Json::Known(value.into()))).collect();
        widget.extend([("type".to_owned(), "metric".into()), ("properties".to_owned(), properties)]);
        Json::Object(widget)
    }
}

impl From<DashboardBody> for Input<String> {
    fn from(body: DashboardBody) -> Self {
        let mut widgets = Vec::new();
        let below = u32::try_from(body.rows.len()).unwrap_or(u32::MAX).saturating_mul(ROWS);
        for (row, y) in body.rows.into_iter().zip((0..).step_by(ROWS as usize)) {
            let width = COLUMNS / u32::try_from(row.len()).unwrap_or(COLUMNS).clamp(1, COLUMNS);
            for (graph, x) in row.into_iter().zip((0..).step_by(width as usize)) {
                widgets.push(graph.widget(x, y, width));
            }
        }
        widgets.extend(body.note.map(|markdown| {
            let number = |value: u32| Json::Known(value.into());
            Json::object([
                ("x", number(0)),
                ("y", number(below)),
                ("width", number(COLUMNS)),
                ("height", number(NOTE_ROWS)),
                ("type", "text".into()),
                ("properties", Json::object([("markdown", markdown.into())])),
            ])
        }));
        Json::object([("widgets", Json::List(widgets))]).into()
    }
}
