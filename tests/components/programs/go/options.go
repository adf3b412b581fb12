// The options of a resource, read from the description.
package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func texts(given any) []string {
	var found []string
	for _, item := range given.([]any) {
		found = append(found, item.(string))
	}
	return found
}

func resources(given any) []pulumi.Resource {
	var found []pulumi.Resource
	for _, name := range texts(given) {
		found = append(found, made[name])
	}
	return found
}

func option(ctx *pulumi.Context, resource, name string, given any) (pulumi.ResourceOption, error) {
	switch name {
	case "protect":
		return pulumi.Protect(given.(bool)), nil
	case "retainOnDelete":
		return pulumi.RetainOnDelete(given.(bool)), nil
	case "deleteBeforeReplace":
		return pulumi.DeleteBeforeReplace(given.(bool)), nil
	case "ignoreChanges":
		return pulumi.IgnoreChanges(texts(given)), nil
	case "replaceOnChanges":
		return pulumi.ReplaceOnChanges(texts(given)), nil
	case "additionalSecretOutputs":
		return pulumi.AdditionalSecretOutputs(texts(given)), nil
	case "replacementTrigger":
		return pulumi.ReplacementTrigger(value(given)), nil
	case "customTimeouts":
		return timeouts(given.(map[string]any)), nil
	case "deletedWith":
		return pulumi.DeletedWith(made[given.(string)]), nil
	case "replaceWith":
		return pulumi.ReplaceWith(resources(given)), nil
	case "parent":
		return pulumi.Parent(made[given.(string)]), nil
	case "provider":
		return pulumi.Provider(made[given.(string)].(pulumi.ProviderResource)), nil
	case "providers":
		return providers(given), nil
	case "dependsOn":
		return pulumi.DependsOn(resources(given)), nil
	case "aliases":
		return aliases(ctx, given.([]any)), nil
	case "transformTo":
		return transformTo(given.(string)), nil
	case "hooks":
		return hooks(ctx, resource, given.(map[string]any))
	}
	panic("no test sets an option " + name)
}

func timeouts(given map[string]any) pulumi.ResourceOption {
	text := func(name string) string {
		found, _ := given[name].(string)
		return found
	}
	return pulumi.Timeouts(&pulumi.CustomTimeouts{
		Create: text("create"), Update: text("update"), Delete: text("delete"), Read: text("read"),
	})
}

func providers(given any) pulumi.ResourceOption {
	if given, mapped := given.(map[string]any); mapped {
		chosen := map[string]pulumi.ProviderResource{}
		for name, provider := range given {
			chosen[name] = made[provider.(string)].(pulumi.ProviderResource)
		}
		return pulumi.ProviderMap(chosen)
	}
	var chosen []pulumi.ProviderResource
	for _, name := range texts(given) {
		chosen = append(chosen, made[name].(pulumi.ProviderResource))
	}
	return pulumi.Providers(chosen...)
}

func aliases(ctx *pulumi.Context, given []any) pulumi.ResourceOption {
	var found []pulumi.Alias
	for _, item := range given {
		alias := pulumi.Alias{}
		for name, member := range item.(map[string]any) {
			switch name {
			case "urn":
				alias.URN = pulumi.URN(fmt.Sprintf("urn:pulumi:%s::suite-tests::%s", ctx.Stack(), member))
			case "name":
				alias.Name = pulumi.String(member.(string))
			case "type":
				alias.Type = pulumi.String(member.(string))
			case "parent":
				alias.Parent = made[member.(string)]
			case "noParent":
				alias.NoParent = pulumi.Bool(member.(bool))
			default:
				panic("no test sets an alias's " + name)
			}
		}
		found = append(found, alias)
	}
	return pulumi.Aliases(found)
}

// Changes the size of every thing below.
func transformTo(size string) pulumi.ResourceOption {
	transform := func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
		if args.Type != "cloud:index:Thing" {
			return nil
		}
		args.Props["size"] = pulumi.String(size)
		return &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
	}
	return pulumi.Transforms([]pulumi.ResourceTransform{transform})
}

// Hooks, each of which says when it ran or fails.
func hooks(ctx *pulumi.Context, name string, moments map[string]any) (pulumi.ResourceOption, error) {
	binding := &pulumi.ResourceHookBinding{}
	for moment, what := range moments {
		run := func(args *pulumi.ResourceHookArgs) error {
			if what == "fails" {
				return fmt.Errorf("refused %s of %s", moment, name)
			}
			return ctx.Log.Info(fmt.Sprintf("%s of %s", moment, args.Name), nil)
		}
		hook, err := ctx.RegisterResourceHook(moment+"-of-"+name, run, nil)
		if err != nil {
			return nil, err
		}
		moments := map[string]*[]*pulumi.ResourceHook{
			"beforeCreate": &binding.BeforeCreate, "afterCreate": &binding.AfterCreate,
			"beforeUpdate": &binding.BeforeUpdate, "afterUpdate": &binding.AfterUpdate,
			"beforeDelete": &binding.BeforeDelete, "afterDelete": &binding.AfterDelete,
		}
		*moments[moment] = []*pulumi.ResourceHook{hook}
	}
	return pulumi.ResourceHooks(binding), nil
}
