package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A mutation that no longer fits the code tries nothing; whoever changes the code hears of it here, and not only when all are tried.
func TestEveryMutationFitsTheCode(t *testing.T) {
	list, err := os.ReadFile("mutations.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, err := parse(string(list))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{} // of a package, all in one
	names := map[string]bool{}
	for _, m := range all {
		if names[m.name] {
			t.Errorf("%s: there are two of the name", m.name)
		}
		names[m.name] = true
		source, err := os.ReadFile(filepath.Join("../..", m.file))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if n := strings.Count(string(source), m.old); n != 1 {
			t.Errorf("%s: its text is in %s %d times", m.name, m.file, n)
		}
		if _, read := tests[m.pkg]; !read {
			files, err := filepath.Glob(filepath.Join("../..", m.pkg, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				tests[m.pkg] += string(b)
			}
		}
		name, err := regexp.Compile(`(?m)^func ` + m.test + `\(`)
		if err != nil || !name.MatchString(tests[m.pkg]) {
			t.Errorf("%s: there is no %s in %s (%v)", m.name, m.test, m.pkg, err)
		}
	}
}
