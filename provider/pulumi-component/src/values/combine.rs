//! Outputs put together: several as one, as a text, and as JSON.

use std::fmt::Display;

use futures::future::join_all;
use serde::{Serialize, Serializer};

use crate::values::decode::stripped;
use crate::values::encode::encode_output;
use crate::values::error::Failure;
use crate::values::input::Input;
use crate::values::output::{Output, Resolved};
use crate::values::serde_bridge;
use crate::values::serialize::encode_serialized;

/// A value that is eventual: an output or an input, or a reference to one.
pub trait Eventual {
    /// What it resolves to.
    type Value: Clone + Send + Sync + 'static;

    /// The value as an output.
    fn eventual(&self) -> Output<Self::Value>;
}

impl<T: Clone + Send + Sync + 'static> Eventual for Output<T> {
    type Value = T;

    fn eventual(&self) -> Output<T> {
        self.clone()
    }
}

impl<T: Clone + Send + Sync + 'static> Eventual for Input<T> {
    type Value = T;

    fn eventual(&self) -> Output<T> {
        self.output().clone()
    }
}

impl<E: Eventual> Eventual for &E {
    type Value = E::Value;

    fn eventual(&self) -> Output<E::Value> {
        (**self).eventual()
    }
}

/// Several eventual values that [`all`] makes one of: a list, an array or a tuple.
pub trait Gather {
    /// The values.
    type Gathered: Clone + Send + Sync + 'static;

    /// The values as one output.
    fn gather(self) -> Output<Self::Gathered>;
}

/// Gathers several outputs and inputs into one output; unknown where one of them is, secret where one of them is.
///
/// ```
/// # use pulumi_component::{Input, Output, all};
/// # fn addresses(host: Output<String>, port: Input<u32>, more: Vec<Output<String>>) -> (Output<String>, Output<usize>) {
/// let address = all((host, port)).map(|(host, port)| format!("{host}:{port}"));
/// let count = all(more).map(|more| more.len());
/// # (address, count)
/// # }
/// ```
pub fn all<G: Gather>(values: G) -> Output<G::Gathered> {
    values.gather()
}

impl<E: Eventual> Gather for Vec<E> {
    type Gathered = Vec<E::Value>;

    fn gather(self) -> Output<Vec<E::Value>> {
        let outputs: Vec<_> = self.iter().map(Eventual::eventual).collect();
        let given = outputs.iter().all(Output::is_given);
        let gathered = Output::from_future(async move {
            let mut gathered = Resolved::known(Vec::with_capacity(outputs.len()));
            for outcome in join_all(outputs.iter().map(Output::resolve)).await {
                let resolved = outcome?;
                gathered.absorb(&resolved);
                gathered.value = gathered.value.zip(resolved.value.clone()).map(|(mut values, value)| {
                    values.push(value);
                    values
                });
            }
            Ok(gathered)
        });
        gathered.given_where(given)
    }
}

impl<E: Eventual, const N: usize> Gather for [E; N] {
    type Gathered = [E::Value; N];

    fn gather(self) -> Output<[E::Value; N]> {
        let outputs: Vec<_> = self.iter().map(Eventual::eventual).collect();
        let wrong = "as many values as outputs";
        all(outputs).try_map(move |values| values.try_into().map_err(|_| wrong.to_owned()))
    }
}

macro_rules! tuples {
    ($(($($kind:ident $value:ident),+))*) => {$(
        impl<$($kind: Eventual),+> Gather for ($($kind,)+) {
            type Gathered = ($($kind::Value,)+);

            fn gather(self) -> Output<Self::Gathered> {
                let ($($value,)+) = self;
                $(let $value = $value.eventual();)+
                let given = true $(&& $value.is_given())+;
                let gathered = Output::from_future(async move {
                    let ($($value,)+) = futures::try_join!($($value.resolve()),+)?;
                    let mut marks = Resolved::known(());
                    $(marks.absorb(&$value);)+
                    let values = (|| Some(($($value.value.clone()?,)+)))();
                    Ok(marks.with(values))
                });
                gathered.given_where(given)
            }
        }
    )*};
}
tuples! {
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
    (A a, B b, C c, D d, E e)
    (A a, B b, C c, D d, E e, F f)
    (A a, B b, C c, D d, E e, F f, G g)
    (A a, B b, C c, D d, E e, F f, G g, H h)
}

/// An argument of [`interpolate!`](crate::interpolate): an output, an input, or a plain value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put into a text",
    note = "use an output or an input of what `Display` formats, a string, a number or a boolean"
)]
pub trait Interpolate {
    /// What is formatted.
    type Value: Display + Clone + Send + Sync + 'static;

    /// The value as an output.
    fn to_output(&self) -> Output<Self::Value>;
}

/// What `Display` formats, under a name that the compiler can say something of.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an output of `{Self}` cannot be put into a text",
    label = "has no text",
    note = "make a text of it first: `let hosts = hosts.map(|hosts| hosts.join(\",\"));`, or one of JSON by `Output::json`"
)]
pub trait Formatted: Display + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Display + Clone + Send + Sync + 'static> Formatted for T {}

impl<T: Formatted> Interpolate for Output<T> {
    type Value = T;

    fn to_output(&self) -> Output<T> {
        self.clone()
    }
}

impl<T: Formatted> Interpolate for Input<T> {
    type Value = T;

    fn to_output(&self) -> Output<T> {
        self.output().clone()
    }
}

impl Interpolate for str {
    type Value = String;

    fn to_output(&self) -> Output<String> {
        Output::known(self.to_owned())
    }
}

impl<T: Interpolate + ?Sized> Interpolate for &T {
    type Value = T::Value;

    fn to_output(&self) -> Output<T::Value> {
        (**self).to_output()
    }
}

macro_rules! plain {
    ($($kind:ty),*) => {$(
        impl Interpolate for $kind {
            type Value = Self;

            fn to_output(&self) -> Output<Self> {
                Output::known(self.clone())
            }
        }
    )*};
}
plain!(String, bool, char, f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Output<String> {
    /// A value as a JSON document, with the outputs and inputs that are in it; absent members are omitted.
    ///
    /// ```
    /// # use pulumi_component::{Input, Output};
    /// # use serde::Serialize;
    /// #[derive(Serialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Redrive {
    ///     dead_letter_target_arn: Output<String>,
    ///     max_receive_count: Input<u32>,
    /// }
    ///
    /// # fn policy(arn: Output<String>, count: Input<u32>) -> Output<String> {
    /// Output::json(&Redrive { dead_letter_target_arn: arn, max_receive_count: count })
    /// # }
    /// ```
    pub fn json(value: &impl Serialize) -> Self {
        let encoding = encode_serialized(value);
        Self::from_future(async move {
            let value = encoding.await?;
            let marks = value.marks();
            let mut resolved = Resolved { value: None, secret: marks.secret, dependencies: marks.dependencies };
            if !marks.unknown {
                let json = stripped(value).to_json();
                let json = json.ok_or_else(|| Failure::failed("an asset or a resource cannot be written as JSON"))?;
                resolved.value = Some(json.to_string());
            }
            Ok(resolved)
        })
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> Serialize for Output<T> {
    /// With its marks, for the engine and for [`Output::json`]; any other serializer is refused, because the value does not
    /// exist yet.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_bridge::eventual(serializer, || encode_output(self), || None)
    }
}
