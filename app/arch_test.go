package app_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house says what each package may import of this module, and which packages
// are pure. It is the table of the design; an arrow that is not here is an
// arrow that somebody has to decide on. Modules from outside that only one
// package may import are in guarded.
var house = map[string]struct {
	pure bool
	may  []string
}{
	"longhand":                         {may: []string{"app", "app/command", "app/desktop", "app/workspace", "frontend", "storage/secret"}},
	"longhand/app/desktop":             {},
	"longhand/frontend":                {},
	"longhand/app":                     {may: []string{"app/workspace", "app/kind", "app/metric", "app/cadence", "storage/secret"}},
	"longhand/app/bridge":              {may: []string{"app", "app/workspace", "frontend"}},
	"longhand/app/command":             {may: []string{"app", "app/bridge", "app/workspace", "app/kind", "app/metric", "storage", "storage/secret"}},
	"longhand/app/cmd/longhand":        {may: []string{"app/command", "app/workspace"}},
	"longhand/app/workspace":           {may: []string{"app/kind", "app/artefact", "app/artefact/automerge", "app/cadence", "app/hydrate", "app/metric", "app/render", "app/render/typeset", "app/search", "app/sample", "storage", "storage/secret", "sync/journal", "sync/roster", "sync/relay", "sync/relay/folder", "sync/relay/server", "sync/replica"}},
	"longhand/app/sample":              {pure: true},
	"longhand/app/kind":                {pure: true, may: []string{"app/cadence"}},
	"longhand/app/artefact":            {pure: true, may: []string{"app/kind", "app/cadence", "app/artefact/automerge"}},
	"longhand/app/artefact/automerge":  {},
	"longhand/app/hydrate":             {may: []string{"app/artefact", "app/artefact/automerge", "app/kind"}},
	"longhand/app/cadence":             {pure: true},
	"longhand/app/calendar":            {pure: true},
	"longhand/app/metric":              {pure: true, may: []string{"app/artefact", "app/kind", "app/cadence"}},
	"longhand/app/render":              {may: []string{"app/artefact", "app/kind"}},
	"longhand/app/render/typeset":      {may: []string{"app/render"}},
	"longhand/app/search":              {may: []string{"app/artefact"}},
	"longhand/storage":                 {},
	"longhand/storage/secret":          {may: []string{"storage"}},
	"longhand/sync/journal":            {pure: true},
	"longhand/sync/roster":             {pure: true, may: []string{"sync/journal"}},
	"longhand/sync/relay":              {},
	"longhand/sync/relay/relaytest":    {may: []string{"sync/relay", "sync/journal", "sync/roster"}},
	"longhand/sync/relay/folder":       {may: []string{"sync/relay"}},
	"longhand/sync/replica":            {may: []string{"sync/journal", "sync/roster", "sync/relay"}},
	"longhand/build/fetch":             {},
	"longhand/build/mutate":            {},
	"longhand/build/bench/emptywindow": {},
	"longhand/build/bench":             {may: []string{"app/workspace"}},

	"longhand/sync/relay/server":              {may: []string{"sync/relay", "sync/journal", "sync/gateway/wire"}},
	"longhand/sync/gateway":                   {may: []string{"sync/gateway/engine", "sync/gateway/wire", "sync/journal", "sync/roster", "sync/relay"}},
	"longhand/sync/gateway/wire":              {may: []string{"sync/journal", "sync/relay"}},
	"longhand/sync/gateway/engine":            {},
	"longhand/sync/gateway/engine/enginetest": {may: []string{"sync/gateway/engine"}},
	"longhand/sync/gateway/command":           {may: []string{"sync/gateway", "sync/gateway/engine"}},
	"longhand/sync/cmd/longhand-relay":        {may: []string{"sync/gateway/command"}},
}

// guarded are modules that one package alone may import.
var guarded = map[string][]string{
	"github.com/wailsapp/wails":         {"longhand", "longhand/app/desktop", "longhand/build/bench/emptywindow"},
	"github.com/dgraph-io/badger":       {"longhand/storage"},
	"github.com/automerge/automerge-go": {"longhand/app/artefact/automerge"},
	"github.com/zalando/go-keyring":     {"longhand/storage/secret"},
	"filippo.io/age":                    {"longhand/storage/secret"},
	"github.com/spf13/cobra":            {"longhand/app/command", "longhand/sync/gateway/command"},
	"github.com/nats-io":                {"longhand/sync/gateway/engine"},
	"github.com/prometheus":             {"longhand/sync/gateway"},
	"github.com/tetratelabs/wazero":     {"longhand/app/render/typeset"},
}

type listed struct {
	ImportPath, Dir, Doc string
	Imports, GoFiles     []string
	CgoFiles             []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles,CgoFiles", "longhand/...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestTheHouseStands(t *testing.T) {
	found := map[string]bool{}
	for _, p := range packages(t) {
		found[p.ImportPath] = true
		room, ok := house[p.ImportPath]
		if !ok {
			t.Errorf("%s is in no room of the house: decide where it belongs, and add it here and in the README", p.ImportPath)
			continue
		}
		if strings.TrimSpace(p.Doc) == "" {
			t.Errorf("%s has no doc comment", p.ImportPath)
		}
		for _, imp := range p.Imports {
			if own, ok := strings.CutPrefix(imp, "longhand/"); ok && !slices.Contains(room.may, own) {
				t.Errorf("%s imports %s, which the house does not allow", p.ImportPath, imp)
			}
			for module, who := range guarded {
				if (imp == module || strings.HasPrefix(imp, module+"/")) && !slices.Contains(who, p.ImportPath) {
					t.Errorf("%s imports %s, which is for %v alone", p.ImportPath, imp, who)
				}
			}
		}
		if strings.HasPrefix(p.ImportPath, "longhand/sync/") && slices.Contains(p.Imports, "C") {
			t.Errorf("%s uses cgo; the relay has to stay pure Go", p.ImportPath)
		}
		if room.pure {
			for _, why := range impure(p) {
				t.Errorf("%s is pure, and %s", p.ImportPath, why)
			}
		}
	}
	for path := range house {
		if !found[path] {
			t.Errorf("the house has a room for %s, which does not exist", path)
		}
	}
}

// impure says what a package does that a pure one must not: files, network,
// clock, or randomness that is not an argument.
func impure(p listed) (out []string) {
	forbidden := []string{"os", "net", "net/http", "io/ioutil", "math/rand", "math/rand/v2", "path/filepath", "log", "log/slog", "os/exec", "syscall"}
	for _, imp := range p.Imports {
		if slices.Contains(forbidden, imp) {
			out = append(out, "imports "+imp)
		}
	}
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "Sleep", "NewTimer", "NewTicker"}
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, s.Sel.Name) {
				out = append(out, fmt.Sprintf("%s calls time.%s", name, s.Sel.Name))
			}
			return true
		})
	}
	return out
}

// The command line and the relay need no display: nothing of GTK is linked.
func TestTheCommandLineNeedsNoWindow(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "longhand/app/cmd/longhand")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "wails") {
		t.Error("the command line depends on Wails")
	}
}

// The relay server is pure Go, and knows nothing of the application.
func TestTheRelayServerIsPureAndApart(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "longhand/sync/cmd/longhand-relay")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		for _, no := range []string{"longhand/app", "longhand/storage", "github.com/automerge", "github.com/wailsapp"} {
			if strings.HasPrefix(path, no) {
				t.Errorf("the relay server depends on %s", path)
			}
		}
	}
}
