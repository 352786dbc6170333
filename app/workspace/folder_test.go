package workspace

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestADataFolderIsForNobodyElse(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are no bits there")
	}
	m := start(t, "wide")
	mode := func() os.FileMode {
		info, err := os.Stat(m.options.Dir)
		m.must(err)
		return info.Mode().Perm()
	}
	open := func() { m.must(os.Chmod(m.options.Dir, 0o755)) }
	m.must(os.Mkdir(m.options.Dir, 0o755))
	open()
	m.opened(Create(t.Context(), m.options, NewTeam{Team: "Saltmarsh", Me: "Ines Carvalho", Zone: "Europe/Lisbon"}))
	if mode() != 0o700 {
		t.Errorf("it was there before, and is %v", mode())
	}
	m.close()
	open()
	m.reopen()
	if mode() != 0o700 {
		t.Errorf("opened, it is %v", mode())
	}
	for _, c := range m.Doctor(t.Context(), nil) {
		if !c.OK {
			t.Errorf("%+v", c)
		}
	}
}

// On some file systems rights cannot be changed, or mean nothing.
func TestADataFolderWhoseRightsStayIsOpenedAllTheSame(t *testing.T) {
	for _, dir := range []string{filepath.Join(t.TempDir(), "not there"), os.DevNull} {
		Options{Dir: dir}.closeToOthers()
	}
	if _, err := os.Stat(os.DevNull); err != nil {
		t.Error(err)
	}
}
