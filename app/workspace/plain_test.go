package workspace

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"
)

// Nothing that was written, no name and no key lies anywhere in a form that
// can be read: not in the data folder, not on the relay, not among temporary
// files.
func TestNothingReadableLiesAnywhere(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	relay := filepath.Join(t.TempDir(), "relay")
	m := found(t, "folder:"+relay)
	const secretWords = "Zwetschgenknödel"
	id := m.begin("decision", secretWords+" in the title")
	m.must(m.Write(id, "context", "A text with "+secretWords+" in it.", false))
	m.must(m.Assign(id, `options=[{"name":"`+secretWords+`"}]`))
	m.sync()
	if _, err := m.Backup(t.Context(), filepath.Join(relay, "in-the-open.backup"), "a passphrase", nil); err != nil {
		t.Fatal(err)
	}
	dir, key, keys := m.options.Dir, m.key, m.self.Keys
	m.close()
	m.reopen()
	look := map[string][]byte{
		"the text":                []byte(secretWords),
		"the text in UTF-16":      utf16le(secretWords),
		"the text in base64":      []byte(base64.StdEncoding.EncodeToString([]byte(secretWords)))[:20],
		"a person’s name":         []byte("Ines Carvalho"),
		"the team’s name":         []byte("Saltmarsh"),
		"the key":                 key[:],
		"the key in hexadecimal":  []byte(hex.EncodeToString(key[:])),
		"the key in base64":       []byte(base64.RawStdEncoding.EncodeToString(key[:])),
		"the keys of the device":  keys[len(keys)-32:],
		"the passphrase":          []byte("correct horse"),
		"the backup’s passphrase": []byte("a passphrase"),
	}
	files := 0
	for _, root := range []string{dir, relay, tmp} {
		m.must(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			for what, is := range look {
				if bytes.Contains(b, is) {
					t.Errorf("%s holds %s", path, what)
				}
			}
			return nil
		}))
	}
	if files < 8 {
		t.Errorf("only %d files were looked at", files)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left among the temporary files: %v, %v", left, err)
	}
}

func utf16le(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}
