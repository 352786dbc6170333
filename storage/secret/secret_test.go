package secret

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

func TestAPassphraseFileOpensWithItsPassphraseOnly(t *testing.T) {
	p := Place{Dir: t.TempDir(), Passphrase: "correct horse"}
	if p.Exists() {
		t.Fatal("a key in an empty folder")
	}
	key, err := p.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.Load(t.Context()); err != nil || again != key {
		t.Fatalf("loaded another key: %v", err)
	}
	p.Passphrase = "wrong"
	if _, err := p.Load(t.Context()); !errors.Is(err, ErrPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	p.Passphrase = ""
	if _, err := p.Load(t.Context()); !errors.Is(err, ErrNeedPassphrase) {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := p.Create(t.Context()); err == nil {
		t.Error("a second key was made")
	}
}

func TestADamagedPassphraseFileIsNoPanic(t *testing.T) {
	p := Place{Dir: t.TempDir(), Passphrase: "x"}
	if _, err := p.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(p.Dir, ageFile)
	whole, _ := os.ReadFile(path)
	for _, n := range []int{0, 10, len(whole) / 2, len(whole) - 1} {
		os.WriteFile(path, whole[:n], 0o600)
		if _, err := p.Load(t.Context()); err == nil {
			t.Errorf("cut to %d bytes: opened", n)
		}
	}
}

func TestWithoutAKeyringNothingIsKeptInPlainText(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	p := Place{Dir: t.TempDir()}
	if _, err := p.Create(t.Context()); !errors.Is(err, ErrNoKeyring) {
		t.Fatalf("created: %v", err)
	}
	if left, _ := os.ReadDir(p.Dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAKeyringThatNeverAnswersIsLeft(t *testing.T) {
	sock := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", sock)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // accepts in the kernel and never says a word
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+sock)
	p := Place{Dir: t.TempDir(), Patience: 50 * time.Millisecond}
	if _, err := p.Create(t.Context()); !errors.Is(err, ErrSilent) {
		t.Errorf("%v", err)
	}
	if Available(t.Context()) {
		t.Error("it is said to be available")
	}
}

func TestAPassphraseIsTheFirstLineOfItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p")
	os.WriteFile(path, []byte("correct horse\r\nnot this\n"), 0o600)
	if got, err := ReadPassphrase(path); err != nil || got != "correct horse" {
		t.Errorf("%q, %v", got, err)
	}
	os.WriteFile(path, []byte("\n"), 0o600)
	if _, err := ReadPassphrase(path); err == nil {
		t.Error("an empty passphrase was accepted")
	}
}

// TestTheKeyring runs this test program again on a private bus with a real
// keyring, unlocked.
func TestTheKeyring(t *testing.T) {
	if os.Getenv("LONGHAND_PRIVATE_BUS") == "" {
		for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
			if _, err := exec.LookPath(tool); err != nil {
				if os.Getenv("LONGHAND_REQUIRE") != "" {
					t.Fatalf("%s is not installed, and `make test` installs it", tool)
				}
				t.Skipf("needs %s, which is not installed; `make test` installs it", tool)
			}
		}
		home := t.TempDir()
		script := `printf 'test\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"`
		cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--", "bash", "-c", script, "--", os.Args[0], "-test.run", "^TestTheKeyring$", "-test.v")
		cmd.Env = append(os.Environ(), "LONGHAND_PRIVATE_BUS=1", "HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_DATA_HOME="+home, "DBUS_SESSION_BUS_ADDRESS=")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "PASS: TestTheKeyring") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if !Available(t.Context()) {
		t.Fatal("it does not answer")
	}
	p := Place{Dir: t.TempDir()}
	key, err := p.Create(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.Load(t.Context()); err != nil || again != key {
		t.Fatalf("loaded another key: %v", err)
	}
	// Under a passphrase, and back.
	file := Place{Dir: p.Dir, Passphrase: "correct horse", Work: 4}
	name, _ := os.ReadFile(filepath.Join(p.Dir, nameFile))
	if err := p.Move(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if moved, err := file.Load(t.Context()); err != nil || moved != key || !file.Locked() {
		t.Errorf("under the passphrase: %v", err)
	}
	if _, err := keyring.Get(service, string(name)); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keyring keeps it: %v", err)
	}
	if err := file.Move(t.Context(), Place{Dir: p.Dir}); err != nil {
		t.Fatal(err)
	}
	if back, err := p.Load(t.Context()); err != nil || back != key || p.Locked() {
		t.Errorf("back in the keyring: %v", err)
	}
	os.WriteFile(filepath.Join(p.Dir, nameFile), []byte("another"), 0o600)
	if _, err := p.Load(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("a key that is not there: %v", err)
	}
}
