package kind

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEveryNeedIsUnderstoodAndSaidInASentence(t *testing.T) {
	for _, k := range All() {
		for _, s := range k.States {
			for _, text := range s.Needs {
				n, err := ParseNeed(text)
				if err != nil {
					t.Errorf("%s, %s: %v", k.ID, s.ID, err)
				}
				if got := n.Sentence(k); !strings.HasSuffix(got, ".") || strings.Contains(got, "  ") || strings.Contains(got, " .") {
					t.Errorf("%s, %s: %q says %q", k.ID, s.ID, text, got)
				}
			}
		}
	}
}

func TestKindsThatContradictThemselvesAreRefused(t *testing.T) {
	good := Kind{ID: "x", Prefix: "X", Name: "X", Fields: []Field{{Key: "a", Type: Text}}, States: []State{{ID: "s"}}}
	for name, spoil := range map[string]func(*Kind){
		"a state leads nowhere":       func(k *Kind) { k.States[0].To = []string{"nowhere"} },
		"a need of no field":          func(k *Kind) { k.States[0].Needs = []string{"b"} },
		"a need that is not one":      func(k *Kind) { k.States[0].Needs = []string{"a!"} },
		"a field twice":               func(k *Kind) { k.Fields = append(k.Fields, k.Fields[0]) },
		"a choice of nothing":         func(k *Kind) { k.Fields[0].Type = Choice },
		"a list without parts":        func(k *Kind) { k.Fields[0].Type = List },
		"a key with a slash":          func(k *Kind) { k.Fields[0].Key = "a/b" },
		"for an owner, with no owner": func(k *Kind) { k.States[0].By = Owner },
		"sets what is no instant":     func(k *Kind) { k.States[0].Sets = "a" },
		"no states":                   func(k *Kind) { k.States = nil },
	} {
		k := good
		k.Fields, k.States = append([]Field{}, good.Fields...), append([]State{}, good.States...)
		spoil(&k)
		if check(k) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := check(good); err != nil {
		t.Error(err)
	}
}

func TestKindsCrossAsJSON(t *testing.T) {
	for _, k := range All() {
		b, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		var back Kind
		if err := json.Unmarshal(b, &back); err != nil || len(back.Fields) != len(k.Fields) || len(back.States) != len(k.States) {
			t.Errorf("%s comes back as %+v, %v", k.ID, back, err)
		}
		if _, err := json.Marshal(k.Schema()); err != nil {
			t.Error(err)
		}
	}
}
