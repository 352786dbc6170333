package command

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"longhand/app/workspace"
)

func TestMain(m *testing.M) {
	if code, child := workspace.RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"longhand": func() {
			env := System()
			env.Work = 4 // a passphrase that holds up nobody: the scripts open hundreds of times
			os.Exit(Main(context.Background(), env, os.Args[1:]))
		},
	})
}

// Every script opens with what it pins.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("LONGHAND_PASSPHRASE_FILE", e.WorkDir+"/passphrase")
			return os.WriteFile(e.WorkDir+"/passphrase", []byte("correct horse\n"), 0o600)
		},
	})
}
