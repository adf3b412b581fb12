//! A text that has known values and may have any other: an editor completes it, and nothing is refused.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// What a generator of a package's schema has for its meta-schema. Any other generator describes plain text: the check
/// of inputs takes every text, and must not pay for a long list at each construction.
pub(crate) const PACKAGE: &str = "https://www.pulumi.com/docs/iac/extending-pulumi/schema/";

/// Marks the union of text and enumeration in a package's schema.
pub(crate) const SUGGESTED: &str = "x-pulumi-suggested";

/// The known values of a text.
pub trait Suggestions {
    /// Name of the enumeration in the SDKs.
    const NAME: &'static str;
    /// What the values are, in one sentence.
    const DESCRIPTION: &'static str;

    /// The values; asked for when the package's schema is rendered, and at no other time.
    fn values() -> Vec<Suggestion>;
}

/// One known value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The value.
    pub value: String,
    /// What it means, in one sentence.
    pub description: String,
}

/// The type that a field of text has in the schema where some of its values are known.
///
/// The field stays a `String`; its type in the schema, and so in the SDKs, is a union of string and enumeration:
///
/// ```
/// use pulumi_component::value::{Suggested, Suggestion, Suggestions};
///
/// struct Sizes;
///
/// impl Suggestions for Sizes {
///     const NAME: &'static str = "Size";
///     const DESCRIPTION: &'static str = "Sizes that are usual.";
///
///     fn values() -> Vec<Suggestion> {
///         vec![Suggestion { value: "SMALL_ONE".into(), description: "Fits into a pocket.".into() }]
///     }
/// }
///
/// #[derive(serde::Deserialize, serde::Serialize, pulumi_component::schemars::JsonSchema)]
/// # #[schemars(crate = "pulumi_component::schemars")]
/// struct ShirtArgs {
///     /// Size of the shirt.
///     #[schemars(with = "Suggested<Sizes>")]
///     size: String,
/// }
/// ```
///
/// Programs write `Size.SmallOne` in TypeScript, `Size.SMALL_ONE` in Python, and the text itself everywhere. A field of
/// Go is a string, which takes `string(shop.Size_SMALL_ONE)`.
#[derive(Debug)]
pub struct Suggested<S>(PhantomData<S>);

impl<S: Suggestions> JsonSchema for Suggested<S> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Suggested{}", S::NAME).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if generator.settings().meta_schema.as_deref() != Some(PACKAGE) {
            return json_schema!({ "type": "string" });
        }
        let values = generator.subschema_for::<Values<S>>();
        json_schema!({ (SUGGESTED): true, "anyOf": [{ "type": "string" }, values] })
    }
}

/// The enumeration itself.
struct Values<S>(PhantomData<S>);

impl<S: Suggestions> JsonSchema for Values<S> {
    fn schema_name() -> Cow<'static, str> {
        S::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let value = |each: Suggestion| json!({ "const": each.value, "description": each.description });
        let values: Vec<Value> = S::values().into_iter().map(value).collect();
        json_schema!({ "description": S::DESCRIPTION, "oneOf": values })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use schemars::generate::SchemaSettings;

    use super::*;
    use crate::serve::PackageParts;
    use crate::values::property::{PropertyMap, PropertyValue};

    /// How often `Sizes` was asked; each test has a type of its own, because they run at once.
    static ASKED: AtomicUsize = AtomicUsize::new(0);

    struct Sizes;

    struct Lengths;

    impl Suggestions for Lengths {
        const NAME: &'static str = "Length";
        const DESCRIPTION: &'static str = "Lengths.";

        fn values() -> Vec<Suggestion> {
            vec![Suggestion { value: "long".into(), description: "One.".into() }]
        }
    }

    impl Suggestions for Sizes {
        const NAME: &'static str = "Size";
        const DESCRIPTION: &'static str = "Sizes.";

        fn values() -> Vec<Suggestion> {
            ASKED.fetch_add(1, Ordering::SeqCst);
            vec![Suggestion { value: "small".into(), description: "One.".into() }]
        }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Args {
        #[schemars(with = "Suggested<Sizes>")]
        size: String,
    }

    #[test]
    fn any_text_passes_the_check_and_the_values_are_not_asked_for() {
        let inputs = |value: PropertyValue| PropertyMap::from_iter([("size".to_owned(), value)]);
        assert_eq!(crate::engine::check::<Args>(&inputs("huge".into())), []);
        let wrong = crate::engine::check::<Args>(&inputs(true.into()));
        let told: Vec<_> = wrong.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["size: must be a string: write \"true\""]);
        assert_eq!(ASKED.load(Ordering::SeqCst), 0);
    }

    struct Weights;

    static WEIGHED: AtomicUsize = AtomicUsize::new(0);

    impl Suggestions for Weights {
        const NAME: &'static str = "Weight";
        const DESCRIPTION: &'static str = "Weights.";

        fn values() -> Vec<Suggestion> {
            WEIGHED.fetch_add(1, Ordering::SeqCst);
            vec![Suggestion { value: "light".into(), description: "One.".into() }]
        }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Settings {
        /// Weight of all.
        #[schemars(with = "Option<Suggested<Weights>>")]
        weight: Option<String>,
    }

    #[test]
    fn a_plugin_that_starts_does_not_ask_for_the_values() {
        let parts = PackageParts {
            configuration: Some(|generator| Settings::json_schema(generator).to_value()),
            ..PackageParts::default()
        };
        let identity = crate::package!("scales");
        parts.check(&identity).unwrap();
        assert_eq!(WEIGHED.load(Ordering::SeqCst), 0);
        parts.schema(&identity).unwrap();
        assert_eq!(WEIGHED.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_package_has_the_values_once() {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = Some(PACKAGE.into()));
        let mut generator = settings.into_generator();
        let schema = Suggested::<Lengths>::json_schema(&mut generator);
        let union = json!({ SUGGESTED: true, "anyOf": [{ "type": "string" }, { "$ref": "#/$defs/Length" }] });
        assert_eq!(schema.to_value(), union);
        let values = generator.definitions().get("Length").cloned();
        let expected = json!({ "description": "Lengths.", "oneOf": [{ "const": "long", "description": "One." }] });
        assert_eq!(values, Some(expected));
    }
}
