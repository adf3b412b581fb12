// A queue in Go.
package main

import (
	"example.com/queues/sdk/go/queues"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		jobs, err := queues.NewWorkQueue(ctx, "jobs", &queues.WorkQueueArgs{MaxAttempts: pulumi.Int(5)})
		if err != nil {
			return err
		}
		ctx.Export("url", jobs.Url)
		ctx.Export("deadLetterUrl", jobs.DeadLetterUrl)
		return nil
	})
}
