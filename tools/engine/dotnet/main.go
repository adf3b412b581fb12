// Command dotnetgen writes the .NET SDK of a package from its schema, by Pulumi's generator.
//
// usage: dotnetgen SCHEMA.json LOGO.png OUT
//
// OUT/dotnet is replaced. The generator downloads the logo; it gets LOGO.png from a server on this machine instead.
//
// It is a module of its own, because the generator left Pulumi's repository after the version that is pinned here.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: dotnetgen SCHEMA.json LOGO.png OUT")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func generate(schemaPath, logo, out string) error {
	text, err := os.ReadFile(schemaPath)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("%s: %w", schemaPath, err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		http.ServeFile(writer, request, logo)
	}))
	defer server.Close()
	spec.LogoURL = server.URL
	pkg, diagnostics, err := schema.BindSpec(spec, nil)
	if err != nil {
		return err
	}
	for _, diagnostic := range diagnostics {
		fmt.Fprintln(os.Stderr, diagnostic)
	}
	if len(diagnostics) > 0 {
		return fmt.Errorf("%d findings in %s", len(diagnostics), schemaPath)
	}
	files, err := dotnet.GeneratePackage("make sdk", pkg, nil)
	if err != nil {
		return err
	}
	folder := filepath.Join(out, "dotnet")
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
