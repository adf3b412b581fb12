//! Bindings of a schema that has everything odd: they compile, and what they send is right.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use pulumi_component::testing::{MockMonitor, construct_with, inputs, value};
    use pulumi_component::value::{Archive, Encode, PropertyMap, PropertyValue, Value};
    use pulumi_component::{
        Component, Error, Input, Output, Outputs, PassThrough, ResourceOptions, Scope, TypeToken, args,
    };
    use pulumi_component_bindgen::Bindings;
    use serde_json::json;

    const SCHEMA: &str = include_str!("schemas/odd.json");
    const TOKENS: [&str; 5] = [
        "odd:apps/v1:Deployment",
        "odd:apps/v1beta1:Deployment",
        "odd:box/box:Box",
        "odd:box/resource:Resource",
        "odd:index:Option",
    ];

    #[expect(clippy::allow_attributes, reason = "bindings are not written by hand")]
    mod odd {
        include!("schemas/odd.rs");

        pub(super) use self::r#box as boxed;
    }

    use odd::apps_v1::{Deployment, Spec};
    use odd::apps_v1beta1::{Deployment as Beta, Spec as BetaSpec};
    use odd::boxed::{
        Blob, Box as Boxed, BoxBox, BoxInput, BoxResource, BoxSource, BoxSources, Flag, Http, Level, Mode, Ratio,
    };

    fn bindings() -> Bindings {
        let bindings = Bindings::from_schema(SCHEMA).expect("it is a schema").function("odd:box:type");
        TOKENS.into_iter().fold(bindings, Bindings::resource)
    }

    #[test]
    fn the_bindings_that_are_compiled_are_those_of_the_schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/odd.rs");
        let text = bindings().generate().expect("it is generated");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &text).expect("it can be written");
        }
        let committed = std::fs::read_to_string(path).expect("it is committed");
        assert!(committed == text, "write it by UPDATE=1 cargo test -p pulumi-component-bindgen");
    }

    #[test]
    fn a_function_without_an_object_as_its_result_is_refused() {
        let error = bindings().function("odd:box:getText").generate().expect_err("it has no type").to_string();
        assert!(error.contains("`odd:box:getText` returns a value that is no object"), "{error}");
    }

    /// Inputs of [`Whole`].
    #[args]
    struct WholeArgs {
        /// Tags that are passed on.
        tags: PassThrough<BTreeMap<String, String>>,
        /// Names that are passed on.
        names: Input<Vec<String>>,
    }

    /// Everything that is odd.
    #[derive(Outputs)]
    struct Whole {
        /// A key.
        key: Output<String>,
        /// A token.
        token: Output<String>,
    }

    impl Component for Whole {
        const TOKEN: TypeToken = TypeToken::new("shop:index:Whole");
        type Args = WholeArgs;

        fn construct(scope: &Scope, args: WholeArgs) -> Result<Self, Error> {
            Deployment::child(scope, "deployment").spec(Spec::new().replicas(2)).register();
            Beta::child(scope, "beta").spec(BetaSpec::new().count(1)).register();
            BoxResource::child(scope, "resource").register();
            odd::OptionType::child(scope, "option", "all").register();
            let http = Http::new("https://example.com");
            let sources = vec![BoxSources::from(Blob::new(3)).into(), BoxSources::from("text".to_owned()).into()];
            let boxed = Boxed::child(scope, "box", "old", "hidden")
                .tags(args.tags)
                .names(args.names)
                .source(http)
                .sources(sources)
                .mode(Mode::AB2)
                .strict(Mode::Value)
                .level(Level::Minus1)
                .ratio(Ratio::V1)
                .flag(Flag::False)
                .inner(BoxBox::new("old", "1234").code("56").foo_bar("a").foo_bar2("b").new_(true))
                .input(BoxInput::new().inner(BoxInput::new()))
                .file(Archive::from_path("/files.zip"))
                .role("role")
                .policy(PropertyValue::from(PropertyMap::new()))
                .region("eu-west-1")
                .r#true(true)
                .r#gen("g")
                .n3d("d")
                .set_gen2("s")
                .options_("o")
                .salt("salt")
                .options(ResourceOptions::default().additional_secret_output("Archive"))
                .register();
            let key = odd::boxed::r#type(scope, &odd::boxed::TypeArgs { name: "n".into() }, ResourceOptions::default());
            Ok(Self { key: key.map(|result| result.key), token: boxed.token() })
        }
    }

    fn secret(text: &str) -> PropertyValue {
        PropertyValue::from(text).into_secret()
    }

    #[tokio::test]
    async fn what_the_bindings_send_is_what_the_schema_says() {
        let monitor =
            Arc::new(MockMonitor::update().result("odd:box:type", "key", "k").output("odd:box/box:Box", "token", "t"));
        let mut given = inputs(json!({ "names": ["n"] }));
        let tags = PropertyMap::from([("plain".to_owned(), "p".into()), ("hidden".to_owned(), secret("s"))]);
        given.insert("tags".to_owned(), tags.clone().into());
        let constructed = construct_with::<Whole>(&monitor, "whole", given).await.expect("it is constructed");
        for output in ["key", "token"] {
            assert!(constructed.outputs[output].secret, "{output}");
        }
        let recorded = monitor.recorded();
        let package = recorded.registration("whole-box").package.expect("it is named");
        assert_eq!((package.name, package.version, package.provided_name()), ("base", "1.2.3", "odd"));
        assert_eq!(package.plugin_download_url, "https://example.com/plugins");
        let parameterization = package.parameterization.expect("it has one");
        assert_eq!((parameterization.version, parameterization.value), ("2.0.0", br#"{"a":1}"#.as_slice()));

        let deployment = recorded.registration("whole-deployment");
        let expected = json!({ "apiVersion": "apps/v1", "spec": { "kind": "Spec", "replicas": 2 } });
        assert_eq!(deployment.inputs, inputs(expected));
        let paths = ["spec.replicas", "specs[*].replicas", "zone"].map(str::to_owned);
        assert_eq!(deployment.options.replace_on_changes, paths);
        assert_eq!(recorded.registration("whole-beta").type_token, "odd:apps/v1beta1:Deployment");
        assert!(recorded.registration("whole-option").remote);
        assert_eq!(recorded.registration("whole-option").inputs, inputs(json!({ "scope": "all" })));

        let boxed = recorded.registration("whole-box");
        assert_eq!(boxed.options.additional_secret_outputs, ["Archive", "token"].map(str::to_owned));
        let mut expected = inputs(json!({
            "legacy": "old", "names": ["n"], "source": { "kind": "http", "url": "https://example.com" },
            "sources": [{ "kind": "blob", "size": 3 }, "text"], "mode": "a_b", "strict": "*", "level": -1, "ratio": 1,
            "flag": false, "input": { "inner": {} }, "role": "role", "policy": {}, "region": "eu-west-1", "true": true,
            "gen": "g", "3d": "d", "setGen": "s", "options": "o",
        }));
        expected.insert("password".to_owned(), secret("hidden"));
        expected.insert("salt".to_owned(), secret("salt"));
        expected.insert("tags".to_owned(), tags.into());
        expected.insert("file".to_owned(), Value::Archive(Archive::from_path("/files.zip")).into());
        let mut inner = inputs(json!({ "old": "old", "fooBar": "a", "foo_bar": "b", "new": true }));
        inner.extend([("pin".to_owned(), secret("1234")), ("code".to_owned(), secret("56"))]);
        expected.insert("inner".to_owned(), inner.into());
        assert_eq!(boxed.inputs, expected);
    }

    #[tokio::test]
    async fn values_of_enumerations_and_unions_are_those_of_the_schema() {
        let values = [
            (Mode::AB.encode(), json!("a-b")),
            (Mode::Self_.encode(), json!("self")),
            (Mode::Value2.encode(), json!("")),
            (Level::V1.encode(), json!(1)),
            (Level::Top.encode(), json!(9)),
            (Ratio::V0_5.encode(), json!(0.5)),
            (Flag::True.encode(), json!(true)),
            (BoxSource::Blob(Blob::new(1)).encode(), json!({ "kind": "blob", "size": 1 })),
        ];
        for (encoding, expected) in values {
            assert_eq!(encoding.await.expect("it is sent"), value(expected));
        }
    }
}
