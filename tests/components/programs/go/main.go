// Builds what `program.json` describes; `tests/components/description.py` says how it is written.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type entry struct {
	Name, Type string
	Props      map[string]any
	Options    map[string]any
}

type program struct {
	Resources []entry
	Outputs   map[string]any
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

func texts(given any) []string {
	var found []string
	for _, item := range given.([]any) {
		found = append(found, item.(string))
	}
	return found
}

func option(name string, given any) pulumi.ResourceOption {
	switch name {
	case "protect":
		return pulumi.Protect(given.(bool))
	case "ignoreChanges":
		return pulumi.IgnoreChanges(texts(given))
	case "additionalSecretOutputs":
		return pulumi.AdditionalSecretOutputs(texts(given))
	case "customTimeouts":
		return pulumi.Timeouts(&pulumi.CustomTimeouts{Create: given.(map[string]any)["create"].(string)})
	case "deletedWith":
		return pulumi.DeletedWith(made[given.(string)])
	case "parent":
		return pulumi.Parent(made[given.(string)])
	case "provider":
		return pulumi.Provider(made[given.(string)].(pulumi.ProviderResource))
	case "providers":
		var chosen []pulumi.ProviderResource
		for _, name := range texts(given) {
			chosen = append(chosen, made[name].(pulumi.ProviderResource))
		}
		return pulumi.Providers(chosen...)
	case "dependsOn":
		var before []pulumi.Resource
		for _, name := range texts(given) {
			before = append(before, made[name])
		}
		return pulumi.DependsOn(before)
	case "aliases":
		var aliases []pulumi.Alias
		for _, item := range given.([]any) {
			alias := item.(map[string]any)
			noParent, _ := alias["noParent"].(bool)
			aliases = append(aliases, pulumi.Alias{
				Name: pulumi.String(alias["name"].(string)), NoParent: pulumi.Bool(noParent),
			})
		}
		return pulumi.Aliases(aliases)
	}
	panic("no test sets an option " + name)
}

func register(ctx *pulumi.Context, entry entry) error {
	props := pulumi.Map{}
	for name, given := range entry.Props {
		props[name] = value(given)
	}
	options := []pulumi.ResourceOption{}
	for name, given := range entry.Options {
		options = append(options, option(name, given))
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
		return nil
	})
}
