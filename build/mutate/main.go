// Command mutate shows that the safeguards are guarded: it switches each off in turn, in a copy that only the compiler sees, and runs the test that
// is there for it. A test that still passes guards nothing.
//
//	go run ./build/mutate             every mutation
//	go run ./build/mutate chain cut   those whose name holds one of the words
//
// The list is mutations.txt beside this file. Nothing in the working tree is touched.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mutation is one safeguard and how it is switched off.
type mutation struct{ name, file, pkg, test, old, new string }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	list, err := os.ReadFile("build/mutate/mutations.txt")
	if err != nil {
		return fmt.Errorf("run from the root of the tree: %w", err)
	}
	all, err := parse(string(list))
	if err != nil {
		return err
	}
	if len(words) > 0 {
		all = slices.DeleteFunc(all, func(m mutation) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(m.name, w) })
		})
	}
	began, survived := time.Now(), 0
	for _, m := range all {
		verdict, err := try(m)
		if err != nil {
			verdict, survived = "NOT TRIED: "+err.Error(), survived+1
		} else if verdict != "" {
			survived++
		}
		if verdict == "" {
			verdict = "noticed by " + m.test
		}
		fmt.Printf("%-60s %s\n", m.name, verdict)
	}
	fmt.Printf("%d safeguards switched off, %d noticed, in %s\n", len(all), len(all)-survived, time.Since(began).Round(time.Second))
	if survived > 0 {
		return fmt.Errorf("%d of them were not noticed", survived)
	}
	return nil
}

// parse reads paragraphs of “key: value” lines; lines that begin with # are for people.
func parse(text string) ([]mutation, error) {
	var all []mutation
	for n, paragraph := range strings.Split(text, "\n\n") {
		m := mutation{}
		fields := map[string]*string{"name": &m.name, "file": &m.file, "package": &m.pkg, "test": &m.test, "old": &m.old, "new": &m.new}
		seen := 0
		for line := range strings.Lines(paragraph) {
			line = strings.TrimRight(line, "\n")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			key, value, ok := strings.Cut(line, ": ")
			if field := fields[key]; ok && field != nil {
				*field = value
				seen++
				continue
			}
			return nil, fmt.Errorf("mutations.txt, paragraph %d: %q", n+1, line)
		}
		switch seen {
		case 0:
		case len(fields):
			all = append(all, m)
		default:
			return nil, fmt.Errorf("mutations.txt, paragraph %d (%s): want %d lines", n+1, m.name, len(fields))
		}
	}
	return all, nil
}

// try switches one safeguard off. The verdict is empty if a test failed of it.
func try(m mutation) (verdict string, err error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("its text is in %s %d times", m.file, n)
	}
	dir, err := os.MkdirTemp("", "mutate-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	mutant, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(mutant, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o600); err != nil {
		return "", err
	}
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutant}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, b, 0o600); err != nil {
		return "", err
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	out, err := exec.CommandContext(ctx, "go", "test", "-vet=off", "-count=1", "-timeout=4m", "-overlay", overlay, "-run", "^"+m.test+"$", m.pkg).CombinedOutput()
	text := string(out)
	var exit *exec.ExitError
	switch {
	case err == nil && strings.Contains(text, "no tests to run"):
		return "", fmt.Errorf("there is no %s in %s", m.test, m.pkg)
	case err == nil:
		return "NOT NOTICED by " + m.test, nil
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		return "", fmt.Errorf("the mutant does not compile:\n%s", text)
	case errors.As(err, &exit):
		return "", nil
	}
	return "", err
}
