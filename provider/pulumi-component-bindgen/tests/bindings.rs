//! Bindings of a small package: what is generated, and what is refused.

#[cfg(test)]
mod tests {
    use pulumi_component_bindgen::Bindings;

    /// A package with everything that a schema may have.
    const SCHEMA: &str = r##"{
        "name": "cloud", "version": "1.2.3", "pluginDownloadURL": "https://example.com",
        "types": {
            "cloud:box/Lid:Lid": {
                "type": "object", "description": "SECRET PROSE",
                "properties": { "color": { "$ref": "#/types/cloud:box%2FColor:Color" }, "old": { "type": "string", "deprecationMessage": "no" } },
                "required": ["color"]
            },
            "cloud:box/Color:Color": { "type": "string", "enum": [{ "value": "deep-red", "description": "SECRET PROSE" }] }
        },
        "resources": {
            "cloud:box/box:Box": {
                "description": "SECRET PROSE",
                "inputProperties": {
                    "type": { "type": "string" }, "count": { "type": "integer" }, "lid": { "$ref": "#/types/cloud:box%2FLid:Lid" },
                    "lids": { "type": "array", "items": { "$ref": "#/types/cloud:box%2FLid:Lid" } },
                    "tags": { "type": "object", "additionalProperties": { "type": "string" } },
                    "label": { "oneOf": [{ "$ref": "#/types/cloud:box%2FColor:Color" }, { "type": "string" }] },
                    "file": { "$ref": "pulumi.json#/Asset" }, "options": { "$ref": "pulumi.json#/Any" }
                },
                "requiredInputs": ["type", "lid"],
                "properties": { "size": { "type": "number" }, "id": { "type": "string" }, "maybe": { "type": "string" } },
                "required": ["size", "id"]
            },
            "cloud:index:Crate": { "isComponent": true, "properties": {}, "inputProperties": {} }
        },
        "functions": {
            "cloud:box/getBox:getBox": {
                "inputs": { "properties": { "name": { "type": "string" } }, "required": ["name"] },
                "outputs": { "properties": { "sizes": { "type": "array", "items": { "type": "number" } } }, "required": ["sizes"] }
            }
        }
    }"##;

    fn bindings() -> Bindings {
        Bindings::from_schema(SCHEMA).expect("it is a schema")
    }

    #[test]
    fn a_resource_has_its_required_inputs_as_arguments() {
        let text = bindings().resource("cloud:box/box:Box").generate().expect("it is generated");
        for expected in [
            "pub fn child(scope: &Scope, role: &str, lid: impl Into<Input<Lid>>, r#type: impl Into<Input<String>>) -> BoxBuilder",
            "pub fn count(mut self, value: impl Into<Input<i64>>)",
            "pub fn label(mut self, value: impl Into<Input<String>>)",
            "pub fn tags(mut self, value: impl Into<Input<BTreeMap<String, Input<String>>>>)",
            "pub fn lids(mut self, value: impl Into<Input<Vec<Input<Lid>>>>)",
            "pub fn file(mut self, value: impl Into<Input<AssetOrArchive>>)",
            "pub fn options_(mut self, value: impl Into<Input<PropertyValue>>)",
            "pub fn size(&self) -> Output<f64>",
            "pub fn new(color: impl Into<Input<Color>>) -> Self",
            "Self::DeepRed => \"deep-red\"",
            ".with_download_url(\"https://example.com\")",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        assert!(!text.contains("PROSE") && !text.contains("old"), "{text}");
        assert!(!text.contains("maybe"), "an output that may be missing has no reader");
    }

    #[test]
    fn a_function_has_arguments_and_a_result() {
        let text = bindings().function("cloud:box/getBox:getBox").generate().expect("it is generated");
        assert!(text.contains(
            "pub fn get_box(scope: &Scope, args: &GetBoxArgs, options: ResourceOptions) -> Output<GetBoxResult>"
        ));
        assert!(text.contains("pub sizes: Vec<f64>") && text.contains("pub name: Input<String>"), "{text}");
    }

    #[test]
    fn a_component_of_another_package_is_remote_and_stands_outermost() {
        let modules = bindings().resource("cloud:index:Crate").modules().expect("it is generated");
        assert!(modules[""].contains("Child::remote(scope, &PACKAGE, Self::TOKEN, role)"), "{}", modules[""]);
    }

    #[test]
    fn what_the_package_does_not_have_is_refused_with_the_nearest() {
        let error = bindings().resource("cloud:index:Box").generate().expect_err("there is none").to_string();
        assert_eq!(
            error,
            "the package `cloud` 1.2.3 has no resource `cloud:index:Box`; did you mean `cloud:box/box:Box`?"
        );
        let error = Bindings::from_schema("[]").err().expect("it is none").to_string();
        assert!(error.starts_with("this is no package schema"), "{error}");
    }
}
