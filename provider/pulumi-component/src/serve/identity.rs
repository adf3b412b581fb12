//! The identity of a package: its name, version and metadata, and the names of its SDKs.

use serde_json::{Map, Value, json};

/// Name, version and metadata of a package. The schema, the SDKs and the plugin's help are derived from it.
///
/// Except for `name`, `display_name`, `version` and `description`, a field may be empty; the schema then omits it.
#[derive(Clone, Copy, Debug)]
pub struct PackageIdentity {
    /// Name of the package, as in type tokens.
    pub name: &'static str,
    /// Human-readable name.
    pub display_name: &'static str,
    /// Exact semantic version, without `v`.
    pub version: &'static str,
    /// What the package does, in one sentence.
    pub description: &'static str,
    /// Person or organization that publishes the package.
    pub publisher: &'static str,
    /// Namespace that disambiguates the name in registries: a-z, 0-9 and hyphen.
    pub namespace: &'static str,
    /// SPDX identifier of the license.
    pub license: &'static str,
    /// URL of the home page.
    pub homepage: &'static str,
    /// URL of the source repository.
    pub repository: &'static str,
    /// URL of the logo.
    pub logo_url: &'static str,
    /// URL from which engines download the plugin, in a form that Pulumi documents (`github://`, `https://`).
    /// `${VERSION}`, `${OS}` and `${ARCH}` are replaced in an `https://` URL. Empty: Pulumi's own servers.
    pub plugin_download_url: &'static str,
    /// Search keywords. `category/<name>` and `kind/<type>` classify the package in Pulumi's registry.
    pub keywords: &'static [&'static str],
    /// Name of the npm package; empty for the generator's choice.
    pub nodejs_package: &'static str,
    /// README of the npm package, in Markdown; empty for the description.
    pub nodejs_readme: &'static str,
    /// Name of the Python package; empty for the generator's choice.
    pub python_package: &'static str,
    /// README of the Python package, in Markdown; empty for the description.
    pub python_readme: &'static str,
    /// Import path of the Go package; empty for the generator's choice.
    pub go_import_base_path: &'static str,
    /// Namespace of the .NET package, of at least two segments such as `Me.Queues`; empty for the generator's choice.
    pub dotnet_namespace: &'static str,
    /// Java package that contains the package's own; empty for the generator's choice.
    pub java_base_package: &'static str,
}

/// The identity of a package with this name; version, description, publisher, license, homepage and repository come
/// from `Cargo.toml`.
///
/// Without a name, the package is called as the crate is, without `pulumi-resource-`: then [`token!`](crate::token) names its
/// types. The names of the SDKs are left to Pulumi's generators; set the fields for others:
/// `PackageIdentity { nodejs_package: "@me/queues", ..package!("queues") }`.
#[macro_export]
macro_rules! package {
    () => {
        $crate::package!($crate::generated::package_name!())
    };
    ($name:expr) => {
        $crate::PackageIdentity {
            name: $name,
            display_name: $name,
            version: env!("CARGO_PKG_VERSION"),
            description: env!("CARGO_PKG_DESCRIPTION"),
            publisher: env!("CARGO_PKG_AUTHORS"),
            namespace: "",
            license: env!("CARGO_PKG_LICENSE"),
            homepage: env!("CARGO_PKG_HOMEPAGE"),
            repository: env!("CARGO_PKG_REPOSITORY"),
            logo_url: "",
            plugin_download_url: "",
            keywords: &[],
            nodejs_package: "",
            nodejs_readme: "",
            python_package: "",
            python_readme: "",
            go_import_base_path: "",
            dotnet_namespace: "",
            java_base_package: "",
        }
    };
}

impl PackageIdentity {
    /// The metadata that a package may omit, under the names of Pulumi's package schema.
    pub(super) fn optional(&self) -> Map<String, Value> {
        let members = [
            ("namespace", self.namespace),
            ("homepage", self.homepage),
            ("repository", self.repository),
            ("logoUrl", self.logo_url),
            ("pluginDownloadURL", self.plugin_download_url),
        ];
        members
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.into(), text.into()))
            .collect()
    }

    /// The settings of each language's generator.
    pub(super) fn languages(&self) -> Value {
        let mut languages = json!({
            "nodejs": { "respectSchemaVersion": true },
            "python": { "respectSchemaVersion": true, "pyproject": { "enabled": true } },
            "go": { "respectSchemaVersion": true, "generateResourceContainerTypes": true },
            "csharp": { "respectSchemaVersion": true },
        });
        let mut set = |language: &str, keyword: &str, value: Value| {
            if let Some(language) = languages.get_mut(language).and_then(Value::as_object_mut) {
                language.insert(keyword.into(), value);
            }
        };
        let texts = [
            ("nodejs", "packageName", self.nodejs_package),
            ("nodejs", "packageDescription", self.description),
            ("nodejs", "readme", self.nodejs_readme),
            ("python", "packageName", self.python_package),
            ("python", "readme", self.python_readme),
            ("go", "importBasePath", self.go_import_base_path),
        ];
        for (language, keyword, text) in texts.into_iter().filter(|(.., text)| !text.is_empty()) {
            set(language, keyword, text.into());
        }
        // The generator writes `<rootNamespace>.<namespaces[name]>`.
        if let Some((root, last)) = self.dotnet_namespace.rsplit_once('.') {
            set("csharp", "rootNamespace", root.into());
            set("csharp", "namespaces", json!({ self.name: last }));
        }
        if let (Some(languages), false) = (languages.as_object_mut(), self.java_base_package.is_empty()) {
            languages.insert("java".into(), json!({ "basePackage": self.java_base_package, "buildFiles": "gradle" }));
        }
        languages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_metadata_is_omitted() {
        let identity = PackageIdentity { homepage: "", repository: "", ..package!("queues") };
        assert_eq!(identity.optional(), Map::new());
        let languages = identity.languages();
        assert_eq!(languages["csharp"], json!({ "respectSchemaVersion": true }));
        assert!(languages.get("java").is_none());
        assert!(languages["nodejs"].get("packageName").is_none());
    }

    #[test]
    fn metadata_has_the_names_of_the_package_schema() {
        let identity = PackageIdentity {
            namespace: "me",
            homepage: "https://example.com",
            repository: "https://example.com/source",
            logo_url: "https://example.com/logo.png",
            plugin_download_url: "https://example.com/v${VERSION}",
            dotnet_namespace: "Me.Pulumi.Queues",
            java_base_package: "com.example",
            nodejs_readme: "# Queues",
            python_readme: "# Queues in Python",
            ..package!("queues")
        };
        let expected = json!({
            "namespace": "me", "homepage": "https://example.com", "repository": "https://example.com/source",
            "logoUrl": "https://example.com/logo.png", "pluginDownloadURL": "https://example.com/v${VERSION}",
        });
        assert_eq!(Value::Object(identity.optional()), expected);
        let languages = identity.languages();
        assert_eq!(languages["csharp"]["rootNamespace"], "Me.Pulumi");
        assert_eq!(languages["csharp"]["namespaces"], json!({ "queues": "Queues" }));
        assert_eq!(languages["java"]["basePackage"], "com.example");
        assert_eq!(
            (&languages["nodejs"]["readme"], &languages["python"]["readme"]),
            (&json!("# Queues"), &json!("# Queues in Python"))
        );
    }
}
