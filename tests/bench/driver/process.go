package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Linux counts processor time in these units wherever Go runs (USER_HZ, proc_pid_stat(5)).
const ticksPerSecond = 100

// process is a plugin that was started as the engine starts it.
type process struct {
	command *exec.Cmd
	port    int
	began   time.Time
	toPort  time.Duration
	words   bytes.Buffer
	ended   chan error
}

// start runs a command and waits for the line with its port.
func start(arguments []string) (*process, error) {
	p := &process{command: exec.Command(arguments[0], arguments[1:]...), ended: make(chan error, 1)}
	p.command.Stderr = &p.words
	// Its own group, so that a signal reaches what it starts too.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.began = time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	reader := bufio.NewReader(output)
	line, err := reader.ReadString('\n')
	p.toPort = time.Since(p.began)
	if err == nil {
		p.port, err = strconv.Atoi(strings.TrimSpace(line))
	}
	go func() {
		// Whatever it prints later must not block it.
		_, _ = io.Copy(io.Discard, reader)
		p.ended <- p.command.Wait()
	}()
	if err != nil {
		p.end()
		return nil, fmt.Errorf("no port, but `%s` (%w); it said: %s", strings.TrimSpace(line), err, p.words.String())
	}
	return p, nil
}

// end ends it as the engine does: SIGINT, five seconds, SIGKILL.
func (p *process) end() {
	group := -p.command.Process.Pid
	_ = syscall.Kill(group, syscall.SIGINT)
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(group, syscall.SIGKILL)
		<-p.ended
	}
}

// usage is what a process and everything it started have taken: the sum of their peaks of memory, in KiB, and the
// processor time of those that are there.
type usage struct {
	peakKiB int
	busy    time.Duration
}

func (p *process) usage() (usage, error) {
	var sum usage
	children, err := parents()
	if err != nil {
		return sum, err
	}
	pending := []int{p.command.Process.Pid}
	for len(pending) > 0 {
		pid := pending[0]
		pending = append(pending[1:], children[pid]...)
		peak, err := peakOf(pid)
		if err != nil {
			return sum, err
		}
		busy, err := busyOf(pid)
		if err != nil {
			return sum, err
		}
		sum.peakKiB += peak
		sum.busy += busy
	}
	return sum, nil
}

// parents maps every process to those it started.
func parents() (map[int][]int, error) {
	children := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
		// One that ended meanwhile has no file any more.
		if fields := statOf(pid); len(fields) > 1 {
			parent, _ := strconv.Atoi(fields[1])
			children[parent] = append(children[parent], pid)
		}
	}
	return children, err
}

// statOf gives the fields of a process's stat after its name, which may hold blanks.
func statOf(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}

func busyOf(pid int) (time.Duration, error) {
	fields := statOf(pid)
	if len(fields) < 13 {
		return 0, fmt.Errorf("no stat of process %d", pid)
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticksPerSecond, nil
}

func peakOf(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "kB")))
		}
	}
	return 0, fmt.Errorf("no VmHWM of process %d", pid)
}
