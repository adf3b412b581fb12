// Builds what `program.json` describes; `tests/components/description.py` says how it is written.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type entry struct {
	Name, Type string
	Props      map[string]any
	Options    map[string]any
}

type call struct {
	Self, Method string
	Args         map[string]any
}

type invocation struct {
	Function string
	Args     map[string]any
}

type program struct {
	Resources []entry
	Outputs   map[string]any
	Calls     map[string]call
	Invokes   map[string]invocation
}

// Every output that a test reads has a field.
type component struct {
	pulumi.ResourceState
	Value     pulumi.AnyOutput `pulumi:"value"`
	Text      pulumi.AnyOutput `pulumi:"text"`
	Plain     pulumi.AnyOutput `pulumi:"plain"`
	Count     pulumi.AnyOutput `pulumi:"count"`
	Either    pulumi.AnyOutput `pulumi:"either"`
	Color     pulumi.AnyOutput `pulumi:"color"`
	Joined    pulumi.AnyOutput `pulumi:"joined"`
	Hidden    pulumi.AnyOutput `pulumi:"hidden"`
	FirstID   pulumi.AnyOutput `pulumi:"firstId"`
	Arn       pulumi.AnyOutput `pulumi:"arn"`
	Token     pulumi.AnyOutput `pulumi:"token"`
	InnerID   pulumi.AnyOutput `pulumi:"innerId"`
	Size      pulumi.AnyOutput `pulumi:"size"`
	ThingID   pulumi.AnyOutput `pulumi:"thingId"`
	Elsewhere pulumi.AnyOutput `pulumi:"elsewhere"`
	Own       pulumi.AnyOutput `pulumi:"own"`
	Answer    pulumi.AnyOutput `pulumi:"answer"`
	ReadSize  pulumi.AnyOutput `pulumi:"readSize"`
	Greeting  pulumi.AnyOutput `pulumi:"greeting"`
	Password  pulumi.AnyOutput `pulumi:"password"`
	Hours     pulumi.AnyOutput `pulumi:"hours"`
	Place     pulumi.AnyOutput `pulumi:"place"`
	Word      pulumi.AnyOutput `pulumi:"word"`
}

type thing struct {
	pulumi.CustomResourceState
	Size  pulumi.AnyOutput `pulumi:"size"`
	Arn   pulumi.AnyOutput `pulumi:"arn"`
	Token pulumi.AnyOutput `pulumi:"token"`
}

type provider struct {
	pulumi.ProviderResourceState
}

// Makes a resource of a reference that comes out of a component.
type things struct{}

func (things) Version() semver.Version {
	return semver.Version{}
}

func (things) Construct(ctx *pulumi.Context, name, kind, urn string) (pulumi.Resource, error) {
	resource := &thing{}
	return resource, ctx.RegisterResource(kind, name, nil, resource, pulumi.URN_(urn))
}

var made = map[string]pulumi.Resource{}

// The output of a resource that has this name on the wire.
func output(resource pulumi.Resource, name string) pulumi.Output {
	fields := reflect.ValueOf(resource).Elem()
	for index := range fields.NumField() {
		if fields.Type().Field(index).Tag.Get("pulumi") == name {
			return fields.Field(index).Interface().(pulumi.Output)
		}
	}
	panic("no test reads an output " + name)
}

// A value of the description, its markers read.
func value(given any) pulumi.Input {
	switch given := given.(type) {
	case string:
		return pulumi.String(given)
	case float64:
		return pulumi.Float64(given)
	case bool:
		return pulumi.Bool(given)
	case []any:
		items := pulumi.Array{}
		for _, item := range given {
			items = append(items, value(item))
		}
		return items
	case map[string]any:
		if secret, is := given["$secret"]; is {
			return pulumi.ToSecret(value(secret))
		}
		if of, is := given["$get"].([]any); is {
			return output(made[of[0].(string)], of[1].(string))
		}
		if name, is := given["$ref"].(string); is {
			return pulumi.NewResourceInput(made[name])
		}
		if text, is := given["$asset"].(string); is {
			return pulumi.NewStringAsset(text)
		}
		if path, is := given["$file"].(string); is {
			return pulumi.NewFileAsset(path)
		}
		if files, is := given["$archive"].(map[string]any); is {
			assets := map[string]any{}
			for path, text := range files {
				assets[path] = pulumi.NewStringAsset(text.(string))
			}
			return pulumi.NewAssetArchive(assets)
		}
		members := pulumi.Map{}
		for name, member := range given {
			members[name] = value(member)
		}
		return members
	}
	panic("a value of no known kind")
}

func register(ctx *pulumi.Context, entry entry) error {
	props := pulumi.Map{}
	for name, given := range entry.Props {
		props[name] = value(given)
	}
	options := []pulumi.ResourceOption{}
	for name, given := range entry.Options {
		chosen, err := option(ctx, entry.Name, name, given)
		if err != nil {
			return err
		}
		options = append(options, chosen)
	}
	switch {
	case strings.HasSuffix(entry.Type, ":cloud") || strings.HasPrefix(entry.Type, "cloud:"):
		options = append(options, pulumi.Version("1.0.0"))
	default:
		options = append(options, pulumi.Version("0.1.0"))
	}
	switch {
	case strings.HasPrefix(entry.Type, "pulumi:providers:"):
		resource := &provider{}
		made[entry.Name] = resource
		for name, given := range entry.Props {
			// The configuration of a provider is made of texts.
			if _, compound := given.([]any); compound {
				text, err := json.Marshal(given)
				if err != nil {
					return err
				}
				props[name] = pulumi.String(text)
			}
		}
		return ctx.RegisterResource(entry.Type, entry.Name, props, resource, options...)
	case strings.HasPrefix(entry.Type, "cloud:"):
		resource := &thing{}
		made[entry.Name] = resource
		return ctx.RegisterResource(entry.Type, entry.Name, props, resource, options...)
	}
	resource := &component{}
	made[entry.Name] = resource
	return ctx.RegisterRemoteComponentResource(entry.Type, entry.Name, props, resource, options...)
}

func main() {
	pulumi.RegisterResourceModule("cloud", "index", things{})
	pulumi.Run(func(ctx *pulumi.Context) error {
		text, err := os.ReadFile("program.json")
		if err != nil {
			return err
		}
		var described program
		if err := json.Unmarshal(text, &described); err != nil {
			return err
		}
		for _, entry := range described.Resources {
			if err := register(ctx, entry); err != nil {
				return err
			}
		}
		for name, given := range described.Outputs {
			ctx.Export(name, value(given))
		}
		for name, given := range described.Calls {
			answered, err := ctx.Call(given.Method, value(given.Args), pulumi.AnyOutput{}, made[given.Self])
			if err != nil {
				return err
			}
			ctx.Export(name, answered)
		}
		for name, given := range described.Invokes {
			how := pulumi.InvokeOutputOptions{InvokeOptions: []pulumi.InvokeOption{pulumi.Version("0.1.0")}}
			ctx.Export(name, ctx.InvokeOutput(given.Function, value(given.Args), pulumi.AnyOutput{}, how))
		}
		return nil
	})
}
