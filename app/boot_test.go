package app

import (
	"context"
	"os/user"
	"testing"

	"longhand/app/workspace"
)

// page is a host that shows nothing.
type page struct{ Host }

func (page) Name() string     { return "browser" }
func (page) Emit(string, any) {}

func TestAPassphraseThatWasGivenIsNotAskedFor(t *testing.T) {
	for name, want := range map[string]string{"given": "harbour thimble oat lantern", "not given": ""} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere") // no keyring
			a := New(context.Background(), workspace.Options{Dir: t.TempDir(), Passphrase: want}, page{})
			b, err := a.Boot()
			if err != nil || b.State != "welcome" || b.Keyring != (want != "") {
				t.Errorf("%v, %+v", err, b)
			}
		})
	}
}

func TestALoginIsNobodysName(t *testing.T) {
	for _, c := range []struct{ full, login, want string }{
		{"root", "root", ""}, {"Root", "root", ""}, {"", "ines", ""}, {",,,", "ines", ""}, {"Ines Carvalho,,,", "ines", "Ines Carvalho"},
	} {
		if got := personal(&user.User{Name: c.full, Username: c.login}); got != c.want {
			t.Errorf("%q, %q: %q", c.full, c.login, got)
		}
	}
}
