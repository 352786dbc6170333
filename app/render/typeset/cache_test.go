package typeset

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestABuildWithoutTheTypesetterSaysSo(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"only the placeholder": {"README.md": {}},
		"an empty list":        {"SHA256SUMS": {}},
		"no fonts":             {"SHA256SUMS": {Data: []byte("00  typst.wasm.zst\n")}},
	} {
		if _, err := loadFrom(files); !errors.Is(err, ErrNoTypesetter) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADamagedAssetIsAnError(t *testing.T) {
	a, err := loadFrom(fstest.MapFS{
		"SHA256SUMS":     {Data: []byte("00  typst.wasm.zst\n11  font.ttf.zst\n22  LICENCE.txt\n")},
		"typst.wasm.zst": {Data: []byte("not zstd")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newEngine(t.Context(), t.TempDir(), a); err == nil || !strings.Contains(err.Error(), "typst.wasm.zst") {
		t.Errorf("error = %v", err)
	}
}

// someCache publishes a small folder in the place of a real one.
func someCache(t *testing.T) cache {
	t.Helper()
	c := cacheFor(t.TempDir(), assets{sum: "sum"})
	work, err := c.begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(work, "wazero"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "wazero", "code"), []byte("machine code"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.publish(work, 17*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDamageIsNoticedAndMended(t *testing.T) {
	code := filepath.Join("wazero", "code")
	write := func(name, content string) func(dir string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600) }
	}
	for name, damage := range map[string]func(dir string) error{
		"cut short":                write(code, "machine"),
		"altered":                  write(code, "machine cade"),
		"gone":                     func(dir string) error { return os.Remove(filepath.Join(dir, code)) },
		"the list is gone":         func(dir string) error { return os.Remove(filepath.Join(dir, readyName)) },
		"the list is cut short":    write(readyName, `{"files": [`),
		"the list is empty":        write(readyName, `{}`),
		"the list points outside":  write(readyName, `{"files": [{"name": "../../../etc/hostname"}]}`),
		"the folder is empty":      func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) },
		"the folder is a file":     func(dir string) error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)) },
		"the folder is gone":       os.RemoveAll,
		"the list has wrong types": write(readyName, `{"files": "code"}`),
	} {
		t.Run(name, func(t *testing.T) {
			c := someCache(t)
			if err := damage(c.dir); err != nil {
				t.Fatal(err)
			}
			if err := c.check(); !errors.Is(err, ErrNotPrepared) {
				t.Fatalf("check = %v", err)
			}
			work, err := c.begin()
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.WriteFile(filepath.Join(work, "code"), []byte("new"), 0o600), c.publish(work, 1), c.check()); err != nil {
				t.Errorf("made anew: %v", err)
			}
		})
	}
}

func TestTheSlowerOfTwoProcessesGivesWay(t *testing.T) {
	c := someCache(t)
	work, err := c.begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(work, "code"), []byte("late"), 0o600), c.publish(work, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "code")); err == nil {
		t.Error("what was whole was replaced")
	}
	if _, err := os.Stat(work); err == nil {
		t.Error("the work folder is still there")
	}
}

func TestOnlyOursAreTidied(t *testing.T) {
	c := someCache(t)
	for _, name := range []string{"typeset-0011223344556677", "typeset.preparing-old", "typeset.preparing-new", "thumbnails"} {
		if err := os.Mkdir(filepath.Join(c.root, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	if err := os.Chtimes(filepath.Join(c.root, "typeset.preparing-old"), now, now.Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	c.tidy(now)
	entries, err := os.ReadDir(c.root)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got, want := strings.Join(left, " "), "thumbnails "+filepath.Base(c.dir)+" typeset.preparing-new"; got != want {
		t.Errorf("left %q, want %q", got, want)
	}
}

func TestAnUpdatePreparesAgain(t *testing.T) {
	if cacheFor("x", assets{sum: "one"}) == cacheFor("x", assets{sum: "two"}) {
		t.Error("other assets share a folder")
	}
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`github\.com/tetratelabs/wazero ` + regexp.QuoteMeta(wazeroVersion) + `\s`).Match(mod) {
		t.Errorf("go.mod has another wazero than %s: change wazeroVersion, so that old machine code is not used", wazeroVersion)
	}
}

func TestTheEstimateIsWhatItTookLastTime(t *testing.T) {
	c := someCache(t)
	if got := c.lastTook(); got != 17*time.Second {
		t.Errorf("same version: %s", got)
	}
	if got := cacheFor(c.root, assets{sum: "newer"}).lastTook(); got != 17*time.Second {
		t.Errorf("after an update: %s", got)
	}
	if got := cacheFor(t.TempDir(), assets{}).lastTook(); got != 0 {
		t.Errorf("never: %s", got)
	}
}

func TestProgressNeverClaimsToBeDone(t *testing.T) {
	for _, c := range []struct {
		p    Progress
		want float64
	}{
		{Progress{Phase: Compiling, Elapsed: 5 * time.Second, Estimate: 20 * time.Second}, 0.25},
		{Progress{Phase: Compiling, Elapsed: time.Minute, Estimate: 20 * time.Second}, 0.98},
		{Progress{Phase: Starting}, 0},
		{Progress{Phase: Ready}, 1},
	} {
		if got := c.p.Fraction(); got != c.want {
			t.Errorf("%+v: %v, want %v", c.p, got, c.want)
		}
	}
}
