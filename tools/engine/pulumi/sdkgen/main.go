// Command sdkgen writes the SDKs of a package from its schema, by Pulumi's own generators.
//
// usage: sdkgen SCHEMA.json OUT
//
// OUT/nodejs, OUT/python and OUT/go are replaced. Every diagnostic of the schema is printed, and each is an error:
// a schema that the generators only warn about is one that a user stumbles over.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/blang/semver"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// tool is what the generated files name as their maker.
const tool = "make sdk"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sdkgen SCHEMA.json OUT")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func generate(schemaPath, out string) error {
	text, err := os.ReadFile(schemaPath)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	decoder := json.NewDecoder(bytes.NewReader(text))
	// A misspelt key would be dropped in silence.
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return fmt.Errorf("%s: %w", schemaPath, err)
	}
	for _, language := range languages {
		// Each generator gets a package of its own: the one for Python renames the values of enums in the one it is given.
		pkg, err := bind(spec, schemaPath)
		if err != nil {
			return err
		}
		files, err := language.generate(pkg)
		if err := write(filepath.Join(out, language.name), files, err); err != nil {
			return err
		}
	}
	return nil
}

type files = map[string][]byte

var languages = []struct {
	name     string
	generate func(*schema.Package) (files, error)
}{
	{"nodejs", func(pkg *schema.Package) (files, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	}},
	{"python", func(pkg *schema.Package) (files, error) { return python.GeneratePackage(tool, pkg, nil, nil) }},
	{"go", func(pkg *schema.Package) (files, error) { return gogen.GeneratePackage(tool, pkg, nil) }},
}

func bind(spec schema.PackageSpec, schemaPath string) (*schema.Package, error) {
	pkg, diagnostics, err := schema.BindSpec(spec, noPackages{}, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	for _, diagnostic := range diagnostics {
		fmt.Fprintln(os.Stderr, diagnostic)
	}
	if len(diagnostics) > 0 {
		return nil, fmt.Errorf("%d findings in %s", len(diagnostics), schemaPath)
	}
	return pkg, nil
}

// write replaces a folder by the generated files.
func write(folder string, written files, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", folder, err)
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for name, content := range written {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("wrote %s (%d files)\n", folder, len(written))
	return nil
}

// noPackages is a loader of other packages' schemas: ours refers to none.
type noPackages struct{}

var errNoPackages = errors.New("the schema refers to another package")

func (noPackages) LoadPackage(string, *semver.Version) (*schema.Package, error) {
	return nil, errNoPackages
}

func (noPackages) LoadPackageV2(context.Context, *schema.PackageDescriptor) (*schema.Package, error) {
	return nil, errNoPackages
}
