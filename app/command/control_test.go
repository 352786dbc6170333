package command

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandsGoToTheWindowThatHasTheDataOpen starts a real server process and
// gives it commands through its socket.
func TestCommandsGoToTheWindowThatHasTheDataOpen(t *testing.T) {
	dir := t.TempDir()
	pass := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(in string, args ...string) (string, string, int) {
		var out, errs bytes.Buffer
		env := System()
		env.In, env.Out, env.Err, env.Dir = strings.NewReader(in), &out, &errs, dir
		env.Getenv = func(string) string { return "" }
		code := Main(t.Context(), env, append([]string{"--data", "data", "--passphrase-file", pass}, args...))
		return out.String(), errs.String(), code
	}
	if _, errs, code := run("", "team", "create", "--name", "Saltmarsh", "--me", "Ines Carvalho", "--zone", "Europe/Lisbon"); code != 0 {
		t.Fatal(errs)
	}
	server := exec.CommandContext(t.Context(), longhandBinary(t), "--data", filepath.Join(dir, "data"), "--passphrase-file", pass, "serve")
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "READY http://127.0.0.1:") {
		t.Fatalf("%q, %v", line, err)
	}

	id, errs, code := run("", "--at", "2026-06-10T09:00:00Z", "new", "brief", "--title", "Written through the window")
	if code != 0 {
		t.Fatal(errs)
	}
	id = strings.TrimSpace(id)
	if _, errs, code = run("Slow.\n", "write", id, "problem"); code != 0 {
		t.Fatal(errs)
	}
	if out, _, _ := run("", "--json", "show", id); !strings.Contains(out, `"problem": "Slow."`) || !strings.Contains(out, `"created": "2026-06-10T09:00:00Z"`) {
		t.Errorf("%s", out)
	}
	if _, errs, code = run("", "show", "B-0000"); code != 1 || !strings.Contains(errs, "no such artefact") {
		t.Errorf("%d, %s", code, errs)
	}
	if _, errs, code = run("", "serve"); code != 1 || !strings.Contains(errs, "open in another window") {
		t.Errorf("a second server: %d, %s", code, errs)
	}
}

// longhandBinary builds the command line once for tests that need a process.
func longhandBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "longhand")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "longhand/app/cmd/longhand").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// TestAddingAKindIsAddingOneFile lays one file over package kind, builds the
// command line, and writes, shows and exports an artefact of that kind.
func TestAddingAKindIsAddingOneFile(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "promise.go")
	err := os.WriteFile(source, []byte(`package kind

var _ = register(Kind{
	ID: "promise", Prefix: "Z", Name: "Promise", Plural: "Promises", Order: 95,
	Purpose: "Something said to somebody.", Verb: "Make a promise",
	Fields: []Field{
		{Key: "what", Label: "What", Type: Text},
		{Key: "to", Label: "To", Type: Person, Place: Note},
		{Key: "steps", Label: "Steps", Type: List, Items: []Field{{Key: "text", Label: "Step", Type: Line}}},
	},
	States: []State{
		{ID: "made", Label: "Made", Mark: Half, To: []string{"kept"}, Open: true},
		{ID: "kept", Label: "Kept", Mark: Full, Needs: []string{"what"}},
	},
})
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := filepath.Abs("../kind")
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, []byte(`{"Replace":{"`+filepath.Join(kinds, "promise.go")+`":"`+source+`"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "longhand")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-overlay", overlay, "-o", bin, "longhand/app/cmd/longhand").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pass := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), bin, append([]string{"--data", filepath.Join(dir, "data"), "--passphrase-file", pass}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	run("team", "create", "--name", "Saltmarsh", "--me", "Ines Carvalho", "--zone", "Europe/Lisbon")
	id := run("new", "promise", "--title", "Fix it by Friday", "--set", "what=The receipts", "--set", "to=ines", "--set", `steps=[{"text":"Find out why"}]`)
	run("move", id, "kept")
	if out := run("--json", "show", id); !strings.Contains(out, `"to": "Ines Carvalho"`) || !strings.Contains(out, `"state": "kept"`) || !strings.Contains(out, "Find out why") {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{"kinds"}, {"--json", "kinds"}, {"list", "promise"}, {"search", "receipts"}, {"show", id, "--as", "md"}} {
		if out := run(args...); !strings.Contains(out, "romise") && !strings.Contains(out, "Fix it by Friday") {
			t.Errorf("%v: %s", args, out)
		}
	}
}
