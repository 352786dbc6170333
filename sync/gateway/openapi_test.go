package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
)

type document struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct{ Description string }
	}
	Components struct {
		Schemas map[string]struct {
			Properties map[string]struct{ Enum []string }
		}
	}
}

func readDocument(t *testing.T) (d document) {
	t.Helper()
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheDocumentListsEveryErrorCode(t *testing.T) {
	d := readDocument(t)
	listed := d.Components.Schemas["Failure"].Properties["code"].Enum
	for code, status := range wire.Statuses() {
		if !slices.Contains(listed, string(code)) {
			t.Errorf("%s is not in the document", code)
		}
		for path, methods := range d.Paths {
			for _, m := range methods {
				for s, r := range m.Responses {
					if slices.Contains(strings.Split(r.Description, ", "), string(code)) && s != strconv.Itoa(status) {
						t.Errorf("%s: %s stands under %s and is answered with %d", path, code, s, status)
					}
				}
			}
		}
	}
	if len(listed) != len(wire.Statuses()) {
		t.Errorf("%d codes in the document, %d in the program", len(listed), len(wire.Statuses()))
	}
}

func TestEveryPathOfTheDocumentIsServed(t *testing.T) {
	g, err := New(t.Context(), engine.NewMemory(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for path, methods := range readDocument(t).Paths {
		for m, op := range methods {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(strings.ToUpper(m), strings.ReplaceAll(path, "{team}", strings.Repeat("a", 64)), nil)
			r.RemoteAddr = "127.0.0.1:1"
			g.ServeHTTP(w, r)
			if w.Code == http.StatusNotFound || op.Responses[strconv.Itoa(w.Code)].Description == "" {
				t.Errorf("%s %s answers %d, which is not in the document", m, path, w.Code)
			}
		}
	}
}
