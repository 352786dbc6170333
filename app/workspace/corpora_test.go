package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhand/app/search"
)

// corpus is a folder of real files that are not ours to commit.
func corpus(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("LONGHAND_CORPORA")
	if dir == "" {
		t.Skip("LONGHAND_CORPORA is not set: it names the folder of real decision records and calendars")
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the corpus is missing: %v", err)
	}
	return dir
}

// Decision records as other teams really wrote them survive being kept, sent,
// found, exported and opened again, to the letter.
func TestRealDecisionRecordsComeBackToTheLetter(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes under the race detector, which sees nothing in it that fewer records do not show")
	}
	ines, tom, _ := pair(t)
	texts := map[string]string{} // by id
	err := filepath.WalkDir(corpus(t, "adr"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := strings.TrimSuffix(strings.ReplaceAll(strings.ToValidUTF8(string(b), "�"), "\r\n", "\n"), "\n")
		id := ines.begin("decision", strings.TrimSuffix(filepath.Base(path), ".md"))
		texts[id] = text
		return ines.Write(id, "context", text, false)
	})
	ines.must(err)
	if len(texts) < 50 {
		t.Fatalf("only %d records were found", len(texts))
	}
	ines.sync()
	tom.sync()
	tom.close()
	tom.reopen()
	tom.indexAll(0)
	out := t.TempDir()
	n, err := tom.ExportAll(out, nil)
	tom.must(err)
	if n < len(texts) {
		t.Errorf("%d of %d were exported", n, len(texts))
	}
	exported := ""
	tom.must(filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, e := os.ReadFile(path)
			exported, err = exported+string(b), e
		}
		return err
	}))
	for id, text := range texts {
		p, err := tom.Page(id)
		if err != nil || p.Texts["context"] != text {
			t.Errorf("%s reads differently: %v", id, err)
			continue
		}
		words := search.Words(text)
		if len(words) < 5 {
			continue
		}
		if !hits(tom.Search(strings.Join(words[2:5], " "), 200), id) {
			t.Errorf("%s is not found by %q", id, words[2:5])
		}
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSpace(line); len(line) > 40 && !strings.ContainsAny(line[:1], "#-*+>|`0123456789") {
				if !strings.Contains(exported, line) {
					t.Errorf("%s: %q is not in the export", id, line)
				}
				break
			}
		}
	}
	t.Logf("%d decision records", len(texts))
}

func hits(f *Found, id string) bool {
	for _, h := range f.Hits {
		if h.ID == id {
			return true
		}
	}
	return false
}
