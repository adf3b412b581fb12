// The driver plays the engine to a component plugin and measures it: it starts the process, asks for Constructs one
// after the other, answers what the component registers, and prints what it measured as JSON.
//
//	driver run --delay 20ms --counts 60,60,60 -- COMMAND ARGUMENT...
//	driver start -- COMMAND ARGUMENT...
//	driver ceiling --counts 6800
//
// It fails where the component did anything else than what was asked of it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// construct is one measured Construct.
type construct struct {
	Count        int     `json:"count"`
	Milliseconds float64 `json:"ms"`
	// Since the process was started.
	SinceStart float64 `json:"sinceStartMs"`
	// Of the process and what it started, up to the end of this Construct.
	PeakKiB int     `json:"peakKib"`
	Busy    float64 `json:"busyMs"`
}

// result is what one process did.
type result struct {
	ToPort     float64        `json:"toPortMs"`
	PeakKiB    int            `json:"peakKibAtPort,omitempty"`
	Constructs []construct    `json:"constructs,omitempty"`
	Calls      map[string]int `json:"calls,omitempty"`
}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("expected run, start or ceiling"))
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	delay := flags.Duration("delay", 0, "how long each call of the component's takes")
	list := flags.String("counts", "60", "how many children each Construct makes")
	_ = flags.Parse(os.Args[2:])
	counts, err := parseCounts(*list)
	if err != nil {
		fail(err)
	}
	var measured result
	switch os.Args[1] {
	case "run":
		measured, err = run(*delay, counts, flags.Args())
	case "start":
		measured, err = startOnly(flags.Args())
	case "ceiling":
		measured, err = ceiling(counts)
	default:
		err = fmt.Errorf("expected run, start or ceiling, got `%s`", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(measured); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

func parseCounts(list string) ([]int, error) {
	var counts []int
	for _, word := range strings.Split(list, ",") {
		count, err := strconv.Atoi(word)
		if err != nil || count < 1 {
			return nil, fmt.Errorf("`%s` is no number of children", word)
		}
		counts = append(counts, count)
	}
	return counts, nil
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration.Microseconds()) / 1000
}

// startOnly measures a program that prints a number, and nothing else.
func startOnly(command []string) (result, error) {
	if len(command) == 0 {
		return result{}, fmt.Errorf("no command")
	}
	p, err := start(command)
	if err != nil {
		return result{}, err
	}
	defer p.end()
	return result{ToPort: milliseconds(p.toPort)}, nil
}
