// The component Sixty in Go, on `infer` of Pulumi's provider SDK.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	token  = "bench:index:Sixty"
	layers = 3
)

// SixtyArgs are the inputs.
type SixtyArgs struct {
	Count *int               `pulumi:"count,optional"`
	Size  pulumi.StringInput `pulumi:"size"`
}

// Sixty is the component with its output.
type Sixty struct {
	pulumi.ResourceState
	LastID pulumi.StringOutput `pulumi:"lastId"`
}

type thing struct {
	pulumi.CustomResourceState
}

// construct makes the children in three layers; each child but the first layer's takes the id of one above it.
func construct(ctx *pulumi.Context, name string, args SixtyArgs, options ...pulumi.ResourceOption) (*Sixty, error) {
	count := 60
	if args.Count != nil {
		count = *args.Count
	}
	component := &Sixty{}
	if err := ctx.RegisterComponentResource(token, name, component, options...); err != nil {
		return nil, err
	}
	var above []*thing
	for layer := range layers {
		var made []*thing
		for index := range (count + layers - 1 - layer) / layers {
			upper := pulumi.StringInput(pulumi.String(""))
			if layer > 0 {
				upper = above[index].ID().ToStringOutput()
			}
			child := &thing{}
			err := ctx.RegisterResource("cloud:index:Thing", fmt.Sprintf("%s-thing-%d-%d", name, layer, index), pulumi.Map{
				"size": args.Size, "layer": pulumi.Int(layer), "above": upper,
			}, child, pulumi.Parent(component))
			if err != nil {
				return nil, err
			}
			made = append(made, child)
		}
		above = made
	}
	component.LastID = above[len(above)-1].ID().ToStringOutput()
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"lastId": component.LastID}); err != nil {
		return nil, err
	}
	return component, nil
}

func main() {
	provider, err := infer.NewProviderBuilder().
		WithComponents(infer.ComponentF(construct)).
		WithModuleMap(map[tokens.ModuleName]tokens.ModuleName{"main": "index"}).
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "bench", "0.1.0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
