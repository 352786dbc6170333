package workspace

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/storage"
	"longhand/storage/secret"
	"longhand/sync/roster"
)

var nine = time.Date(2026, 6, 11, 9, 0, 0, 0, time.UTC)

// The test binary is the program whose children open what others wrote.
// The check of changes lets pass what is known to stop the library, in both
// processes: there will be more that nobody knows.
func TestMain(m *testing.M) {
	automerge.Limits.FirstOp = 0
	if code, child := RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	if len(os.Args) > 1 && os.Args[1] == writeArg {
		os.Exit(writeUntilKilled(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// A member is one person with a data folder, and a clock of their own.
type member struct {
	*testing.T
	*Workspace
	options Options
	clock   atomic.Int64 // nanoseconds; the background asks it too
	events  chan Event
}

func (m *member) now() time.Time        { return time.Unix(0, m.clock.Load()).UTC() }
func (m *member) set(t time.Time)       { m.clock.Store(t.UnixNano()) }
func (m *member) later(d time.Duration) { m.set(m.now().Add(d)) }

func start(t *testing.T, name string) *member {
	t.Helper()
	m := &member{T: t, events: make(chan Event, 10000)}
	m.set(nine)
	m.options = Options{Dir: filepath.Join(t.TempDir(), name), Passphrase: "correct horse", Work: 4, Now: m.now, Notify: func(e Event) {
		select {
		case m.events <- e:
		default:
		}
	}}
	return m
}

func (m *member) opened(w *Workspace, err error) *member {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
	m.Workspace = w
	m.Cleanup(func() {
		if m.Workspace != nil {
			_ = m.Workspace.Close()
		}
	})
	return m
}

func (m *member) close() {
	m.Helper()
	if err := m.Workspace.Close(); err != nil {
		m.Fatal(err)
	}
	m.Workspace = nil
}

func (m *member) reopen() {
	m.Helper()
	m.opened(Open(m.Context(), m.options))
}

func (m *member) must(errs ...error) {
	m.Helper()
	for _, err := range errs {
		if err != nil {
			m.Fatal(err)
		}
	}
	m.later(time.Minute)
}

func (m *member) begin(kind, title string) string {
	m.Helper()
	id, err := m.New(kind, title)
	m.must(err)
	return id
}

func (m *member) sync() {
	m.Helper()
	_, err := m.Sync(m.Context())
	m.must(err)
}

func (m *member) shown(id string) string {
	m.Helper()
	v, err := m.Show(id)
	if err != nil {
		m.Fatal(err)
	}
	delete(v, "delivered")
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		m.Fatal(err)
	}
	return string(b)
}

func found(t *testing.T, relay string) *member {
	t.Helper()
	m := start(t, "ines")
	return m.opened(Create(t.Context(), m.options, NewTeam{Team: "Saltmarsh", Me: "Ines Carvalho", Zone: "Europe/Lisbon", Relay: relay}))
}

// pair is Ines and Tom, synced through a folder.
func pair(t *testing.T) (ines, tom *member, relay string) {
	t.Helper()
	relay = "folder:" + filepath.Join(t.TempDir(), "relay")
	ines = found(t, relay)
	code, err := ines.Invite(t.Context(), "member", 7*24*time.Hour, false)
	ines.must(err)
	tom = start(t, "tom")
	tom.opened(Join(t.Context(), tom.options, Joining{Code: code, Me: "Tom Ashworth", Zone: "Europe/London"}))
	tom.sync()
	ines.sync()
	tom.sync()
	ines.sync()
	if tom.Joining() || len(ines.People()) != 2 || ines.People()[1].Name != "Tom Ashworth" {
		t.Fatalf("joining %v, people %+v", tom.Joining(), ines.People())
	}
	return ines, tom, relay
}

func TestWhatIsSavedIsThereAfterReopening(t *testing.T) {
	m := found(t, "")
	id := m.begin("decision", "Settle small refunds")
	m.must(m.Write(id, "context", "A refund waits.\n\nSix days.", false), m.Assign(id, "level=tactical", `options=[{"name":"Float","chosen":true},{"name":"Invoice"}]`))
	want := m.shown(id)
	m.close()
	m.reopen()
	if got := m.shown(id); got != want {
		t.Errorf("reopened:\n%s\nwas:\n%s", got, want)
	}
	if !strings.Contains(want, "Six days.") || !strings.Contains(want, `"name": "Invoice"`) || m.TeamName() != "Saltmarsh" {
		t.Errorf("%s", want)
	}
}

// I1: what the journal has is replayed into a store that lacks it, or is gone.
func TestAStoreThatWasLostIsMadeAgainFromTheJournal(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "Refunds without a person")
	m.must(m.Write(id, "problem", "Slow.", false))
	want := m.shown(id)
	dir := m.dir
	m.close()
	if err := os.RemoveAll(filepath.Join(dir, storeDir)); err != nil {
		t.Fatal(err)
	}
	m.reopen()
	if got := m.shown(id); got != want {
		t.Errorf("made again:\n%s\nwas:\n%s", got, want)
	}
}

func TestTwoPeopleEditApartAndMeet(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("decision", "Settle small refunds")
	ines.must(ines.Write(id, "context", "A refund waits for a person.", false), ines.Assign(id, "decide-by=2026-06-15"))
	ines.sync()
	tom.sync()
	ines.must(ines.Write(id, "context", "A small refund waits for a person.", false), ines.Assign(id, "decide-by=2026-06-12"))
	tom.set(ines.now().Add(time.Minute))
	tom.must(tom.Write(id, "context", "A refund waits for a person, six days.", false), tom.Assign(id, "decide-by=2026-06-16"))
	ines.sync()
	tom.sync()
	ines.sync()
	ines.set(nine.Add(time.Hour))
	tom.set(nine.Add(time.Hour))
	if a, b := ines.shown(id), tom.shown(id); a != b {
		t.Fatalf("they differ:\n%s\n%s", a, b)
	}
	p, err := tom.Page(id)
	tom.must(err)
	if p.Texts["context"] != "A small refund waits for a person, six days." || len(p.Contested["decide-by"]) != 2 {
		t.Errorf("%q, %v", p.Texts["context"], p.Contested)
	}
	if c := p.Contested["decide-by"][1]; c.City != "London" || c.Key != "2026-06-16" {
		t.Errorf("the other’s value: %+v", c)
	}
	if err := tom.Assign(id, "decide-by=2026-06-20"); !errors.Is(err, artefact.ErrContested) {
		t.Errorf("set while contested: %v", err)
	}
	if err := tom.Settle(id, "decide-by", "2026-06-16"); !errors.Is(err, ErrNotYours) {
		t.Errorf("settled by another than the owner: %v", err)
	}
	ines.must(ines.Settle(id, "decide-by", "2026-06-16"))
	ines.sync()
	tom.sync()
	if p, err = tom.Page(id); err != nil || p.Values["decide-by"] != "2026-06-16" || len(p.Contested) != 0 {
		t.Errorf("after settling: %v, %v, %v", p.Values["decide-by"], p.Contested, err)
	}
}

func TestTheSameWeekBegunOnTwoDevicesApartIsOneUpdate(t *testing.T) {
	// A second device of one person comes later; its document is the same
	// already now, for its id follows from team, person and week.
	ines, tom, _ := pair(t)
	a := ines.begin("weekly", "")
	week, err := ines.week("")
	ines.must(err)
	there, err := tom.derive("weekly", string(ines.Me()), week.String())
	tom.must(err)
	if here, _ := ines.index.find(a); here != there {
		t.Errorf("%s here, %s there", here, there)
	}
	if again := ines.begin("weekly", ""); again != a {
		t.Errorf("begun twice: %s and %s", a, again)
	}
}

func TestOpenTextsTakeTurnsByVersion(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "B")
	s, err := m.OpenText(id, "problem")
	m.must(err)
	if s.Version != 0 || s.Text != "" {
		t.Fatalf("%+v", s)
	}
	push := func(version int, changes ...any) bool {
		t.Helper()
		ok, err := m.PushText(id, "problem", version, []Update{{Client: "a", Changes: changes}})
		m.must(err)
		return ok
	}
	if !push(0, []any{0.0, "Slow refunds 🎉"}) || push(0, []any{0.0, "stale"}) {
		t.Fatal("the version does not decide")
	}
	// 13 letters and two UTF-16 units of one emoji: what follows is one code point further, not two.
	if !push(1, 13.0, []any{2.0, "日本", "second line"}) {
		t.Fatal("an edit was refused")
	}
	if all, err := m.PullText(id, "problem", 1); err != nil || len(all) != 1 {
		t.Errorf("pulled %v, %v", all, err)
	}
	m.must(m.CloseText(id, "problem"))
	p, err := m.Page(id)
	if m.must(err); p.Texts["problem"] != "Slow refunds 日本\nsecond line" {
		t.Errorf("%q", p.Texts["problem"])
	}
	for name, changes := range map[string][]any{
		"past the end": {99.0, []any{0.0, "x"}}, "not all of it": {1.0}, "half an emoji": {[]any{-1.0}}, "no lines": {[]any{"x"}}, "nonsense": {"x"},
	} {
		s, err := m.OpenText(id, "problem")
		m.must(err)
		if _, err := m.PushText(id, "problem", s.Version, []Update{{Changes: changes}}); !errors.Is(err, ErrUpdate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTypingIsSavedAfterASecondAndARemoteEditReachesTheEditor(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "B")
	ines.must(ines.Write(id, "problem", "one three", false))
	ines.sync()
	tom.sync()
	s, err := ines.OpenText(id, "problem")
	ines.must(err)
	tom.must(tom.Write(id, "problem", "one two three", false))
	tom.sync()
	if ok, err := ines.PushText(id, "problem", s.Version, []Update{{Changes: []any{9.0, []any{0.0, " four"}}}}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "one three four" { // looked at while it is typed
		t.Fatalf("%v, %v", p, err)
	}
	ines.sync() // commits what is being typed, and brings Tom’s edit into the open text
	updates, err := ines.PullText(id, "problem", s.Version+1)
	if err != nil || len(updates) != 1 {
		t.Fatalf("%v, %v", updates, err)
	}
	_, next, err := fromUTF16("one three four", updates[0].Changes)
	if err != nil || next != "one two three four" {
		t.Errorf("the editor would read %q, %v", next, err)
	}
	tom.sync()
	if p, err := tom.Page(id); err != nil || p.Texts["problem"] != "one two three four" {
		t.Errorf("there it reads %q, %v", p.Texts["problem"], err)
	}
}

func TestALineIsPausedAndSavedByItself(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "B")
	if _, err := m.OpenText(id, "problem"); err != nil {
		t.Fatal(err)
	}
	last := m.Last()
	if ok, err := m.PushText(id, "problem", 0, []Update{{Changes: []any{[]any{0.0, "x"}}}}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if m.Last() != last {
		t.Error("a change was made of one key")
	}
	deadline := time.After(10 * time.Second)
	for m.Last() == last {
		select {
		case <-m.events:
		case <-deadline:
			t.Fatal("it was never saved")
		}
	}
}

func TestOneCannotEditAnothersUpdateOrASealedRecord(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("weekly", "")
	ines.sync()
	tom.sync()
	if err := tom.Write(id, "metrics-impact", "x", false); !errors.Is(err, ErrNotYours) {
		t.Errorf("another’s update: %v", err)
	}
	if _, err := tom.OpenText(id, "metrics-impact"); err != nil {
		t.Fatal(err)
	}
	if _, err := tom.PushText(id, "metrics-impact", 0, []Update{{Changes: []any{[]any{0.0, "x"}}}}); !errors.Is(err, ErrNotYours) {
		t.Errorf("typed into another’s update: %v", err)
	}
	ines.must(ines.Move(id, "published", ""))
	if err := ines.Write(id, "metrics-impact", "x", false); !errors.Is(err, artefact.ErrSealed) {
		t.Errorf("a published update: %v", err)
	}
}

func TestLastWeeksCommitmentsAreCarriedAndHaveToBeMarked(t *testing.T) {
	m := found(t, "")
	before := m.begin("weekly", "")
	m.must(m.Assign(before, `priorities=[{"text":"Float report"},{"text":"Kiosk receipts"}]`), m.Move(before, "published", ""))
	m.set(nine.AddDate(0, 0, 7))
	now := m.begin("weekly", "")
	w, err := m.Weekly("", "")
	if m.must(err); len(w.Carried) != 2 || w.Carried[0].Text != "Float report" || w.ID != now {
		t.Fatalf("%+v", w.Carried)
	}
	var move *artefact.MoveError
	if err := m.Move(now, "published", ""); !errors.As(err, &move) || len(move.Missing) != 2 {
		t.Fatalf("published with open commitments: %v", err)
	}
	m.must(m.Set(before, w.Carried[0].Path+"/outcome", "delivered"), m.Set(before, w.Carried[1].Path+"/outcome", "slipped"))
	if err := m.Move(now, "published", ""); !errors.As(err, &move) || len(move.Missing) != 1 {
		t.Fatalf("published with a slip that has no reason: %v", err)
	}
	m.must(m.Write(before, w.Carried[1].Path+"/reason", "Waited for a decision.", false), m.Move(now, "published", ""))
	r, err := m.Metrics(12)
	if m.must(err); r.Predictability.Series[11].Committed != 2 || r.Predictability.Series[11].Delivered != 1 {
		t.Errorf("%+v", r.Predictability.Series[11])
	}
}

func TestAPublishedReviewStaysAsItWas(t *testing.T) {
	m := found(t, "")
	u := m.begin("weekly", "")
	m.must(m.Assign(u, `outcomes=[{"text":"Refunds settle without a person."}]`, `top-risks=[{"text":"A certificate ends."}]`), m.Move(u, "published", ""))
	r := m.begin("review", "")
	m.must(m.Assign(r, "headline=Refunds are faster", "bottom-line=They settle by themselves."))
	if err := m.Assign(r, "bottom-line=One. Two. Three. Four."); err != nil {
		t.Fatal(err)
	}
	var move *artefact.MoveError
	if err := m.Move(r, "published", ""); !errors.As(err, &move) {
		t.Fatalf("four sentences: %v", err)
	}
	m.must(m.Assign(r, "bottom-line=They settle by themselves."), m.Move(r, "published", ""))
	d := m.begin("decision", "Afterwards")
	_ = d
	got, err := m.Review("")
	if m.must(err); !got.Published || got.Content.Draft || len(got.Content.Outcomes) != 1 || got.Content.Outcomes[0].Person != "Ines" || len(got.Content.Risks) != 1 {
		t.Errorf("%+v", got.Content)
	}
}

func TestSupersedingLinksBothWays(t *testing.T) {
	m := found(t, "")
	record := func(title string) string {
		id := m.begin("decision", title)
		m.must(m.Assign(id, "decision=Do it.", "rationale=Because.", "trade-offs=Some.", `options=[{"name":"A","chosen":true},{"name":"B"}]`, `review-trigger={"date":"2027-01-01"}`), m.Move(id, "raised", ""), m.Move(id, "decided", ""))
		return id
	}
	old, next := record("Old"), m.begin("decision", "New")
	if err := m.Move(old, "superseded", ""); err == nil {
		t.Fatal("superseded by nothing")
	}
	m.must(m.Assign(next, "supersedes="+old, "decision=Do it.", "rationale=Because.", "trade-offs=Some.", `options=[{"name":"A","chosen":true},{"name":"B"}]`, `review-trigger={"date":"2027-01-01"}`), m.Move(next, "raised", ""), m.Move(next, "decided", ""))
	m.must(m.Move(old, "superseded", ""))
	p, err := m.Page(old)
	if m.must(err); p.State != "superseded" || !slices.ContainsFunc(p.Links, func(l Linked) bool { return l.ID == next }) {
		t.Errorf("%s, %+v", p.State, p.Links)
	}
}

func TestADraftOfOnesOwnCanBeDiscarded(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "A draft")
	ines.sync()
	tom.sync()
	if err := tom.Discard(id); !errors.Is(err, ErrNotDraft) {
		t.Errorf("another’s draft: %v", err)
	}
	ines.must(ines.Discard(id))
	ines.sync()
	tom.sync()
	for _, m := range []*member{ines, tom} {
		l, err := m.List(Query{Kind: "brief"})
		if m.must(err); l.Total != 0 {
			t.Errorf("it is still listed: %+v", l.Rows)
		}
	}
}

// Of these there is one, under an id that follows from what it is of: begun
// again it would be the one that was thrown away.
func TestWhatThereIsOnlyOneOfIsNotDiscarded(t *testing.T) {
	m := found(t, "")
	for _, k := range []string{"weekly", "review", "agreement"} {
		id := m.begin(k, "")
		p, err := m.Page(id)
		if m.must(err); p.Discardable {
			t.Errorf("%s: the page offers it", k)
		}
		if err := m.Discard(id); !errors.Is(err, ErrNotDraft) {
			t.Errorf("%s: %v", k, err)
		}
	}
}

func TestBadInvitations(t *testing.T) {
	ines, _, _ := pair(t)
	code, err := ines.Invite(t.Context(), "member", time.Hour, false)
	ines.must(err)
	join := func(code string) *member {
		m := start(t, "arjun")
		w, err := Join(t.Context(), m.options, Joining{Code: code, Me: "Arjun Rao", Zone: "Asia/Kolkata"})
		if err != nil {
			m.Error(err)
			return m
		}
		return m.opened(w, nil)
	}
	t.Run("mistyped", func(t *testing.T) {
		m := start(t, "x")
		bad := code[:8] + map[bool]string{true: "77", false: "88"}[code[8:10] != "77"] + code[10:]
		if _, err := Join(t.Context(), m.options, Joining{Code: bad, Me: "Arjun Rao", Zone: "Asia/Kolkata"}); !errors.Is(err, roster.ErrMistyped) {
			t.Errorf("%v", err)
		}
		if _, err := Join(t.Context(), m.options, Joining{Code: "hello", Me: "Arjun Rao", Zone: "Asia/Kolkata"}); !errors.Is(err, roster.ErrNotInvite) {
			t.Errorf("%v", err)
		}
	})
	t.Run("expired", func(t *testing.T) {
		late := join(code)
		late.sync()
		ines.later(2 * time.Hour)
		ines.sync()
		late.set(ines.now())
		if _, err := late.Sync(t.Context()); !errors.Is(err, roster.ErrInviteExpired) || !late.Joining() {
			t.Errorf("an expired invitation: %v", err)
		}
		late.must(late.Abandon())
		late.Workspace = nil
	})
}

func TestFailuresSayWhatHappenedAndThatDataIsSafe(t *testing.T) {
	m := found(t, "")
	id := m.begin("decision", "D")
	opened, err := Open(t.Context(), m.options)
	if err == nil {
		opened.Close()
	}
	wrong := m.options
	wrong.Passphrase = "wrong"
	_, wrongErr := Open(t.Context(), wrong)
	none := m.options
	none.Passphrase = ""
	_, noneErr := Open(t.Context(), none)
	empty := Options{Dir: t.TempDir(), Passphrase: "x"}
	_, emptyErr := Open(t.Context(), empty)
	for name, c := range map[string]struct {
		err  error
		code string
		is   error
	}{
		"opened twice":     {err, "in-use", storage.ErrInUse},
		"wrong passphrase": {wrongErr, "passphrase", secret.ErrPassphrase},
		"no passphrase":    {noneErr, "locked", secret.ErrNeedPassphrase},
		"no team":          {emptyErr, "no-team", ErrNoTeam},
		"no such id":       {m.Set("D-0000", "level", "x"), "not-found", ErrNoArtefact},
		"no such field":    {m.Set(id, "colour", "x"), "no-field", artefact.ErrNoField},
		"wrong type":       {m.Assign(id, "decide-by=soon"), "value", artefact.ErrValue},
		"no such kind":     {func() error { _, err := m.New("poem", "x"); return err }(), "no-kind", ErrKindUnknown},
		"nobody":           {m.Assign(id, "owner=Zebedee"), "nobody", ErrNobody},
		"needs unmet":      {m.Move(id, "consulting", ""), "not-from-here", nil},
		"no relay":         {func() error { _, err := m.Sync(t.Context()); return err }(), "no-relay", ErrNoRelay},
		"relay address":    {m.AddRelay(t.Context(), "ftp://x"), "relay-address", ErrRelayAddress},
		"relative relay":   {checkRelay("folder:x"), "relay-address", ErrRelayAddress},
	} {
		if c.err == nil || c.is != nil && !errors.Is(c.err, c.is) {
			t.Errorf("%s: %v", name, c.err)
			continue
		}
		p := Explain(c.err)
		if p.Code != c.code || !strings.HasSuffix(p.Message, ".") || p.Hint == "" {
			t.Errorf("%s: %+v", name, p)
		}
		if strings.Contains(p.Message, "%!") || strings.Contains(p.Message, "failed to") {
			t.Errorf("%s: says %q", name, p.Message)
		}
	}
}

func TestARelayThatIsGoneIsNamedAndNothingIsLost(t *testing.T) {
	ines, tom, relay := pair(t)
	path := strings.TrimPrefix(relay, "folder:")
	if err := os.Rename(path, path+".gone"); err != nil {
		t.Fatal(err)
	}
	id := ines.begin("insight", "Operators take the blame")
	if _, err := ines.Sync(t.Context()); Explain(err).Code != "relay-unreachable" {
		t.Errorf("gone: %v", err)
	}
	if r := ines.Relays(); r[0].State != "failing" || r[0].Problem == "" || r[0].NextStep == "" || r[0].Pending == 0 {
		t.Errorf("%+v", r)
	}
	if line := ines.SyncLine(); line.State != "failing" || line.Waiting == 0 {
		t.Errorf("%+v", line)
	}
	if err := os.Rename(path+".gone", path); err != nil {
		t.Fatal(err)
	}
	ines.sync()
	tom.sync()
	if p, err := tom.Page(id); err != nil || p.Title != "Operators take the blame" {
		t.Errorf("after it came back: %v, %v", p, err)
	}
}

func TestRubbishInTheRelayFolderStopsNothing(t *testing.T) {
	ines, tom, relay := pair(t)
	root := strings.TrimPrefix(relay, "folder:")
	id := ines.begin("insight", "One")
	ines.sync()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".seg" && !strings.Contains(path, "seg") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		ext := filepath.Ext(path)
		base := strings.TrimSuffix(path, ext)
		return errors.Join(
			os.WriteFile(base+" (conflicted copy)"+ext, b, 0o600),
			os.WriteFile(base+" half"+ext, b[:len(b)/2], 0o600),
			os.WriteFile(filepath.Join(filepath.Dir(path), ".tmp-123"), b[:10], 0o600),
			os.WriteFile(filepath.Join(filepath.Dir(path), "holiday.jpg"), []byte("not ours"), 0o600),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	tom.sync()
	if p, err := tom.Page(id); err != nil || p.Title != "One" {
		t.Errorf("%v, %v", p, err)
	}
}

func TestSearchFindsWhatIsWritten(t *testing.T) {
	m := found(t, "")
	id := m.begin("decision", "Settle small refunds")
	m.must(m.Write(id, "context", "The islands group complained about the harbour queue.", false))
	m.begin("insight", "Queues")
	f := m.SearchNow("harbour", 10)
	if len(f.Hits) != 1 || f.Hits[0].ID != id || !strings.Contains(f.Hits[0].Snippet, "harbour") {
		t.Errorf("%+v", f)
	}
	if f := m.SearchNow("refund", 10); len(f.Hits) != 1 || !slices.Equal(f.Hits[0].Ranges, [][2]int{{13, 19}}) {
		t.Errorf("%+v", f.Hits)
	}
}

func TestLeavingDeletesTheTeamHereAndTellsTheOthers(t *testing.T) {
	ines, tom, _ := pair(t)
	id := tom.begin("insight", "Written before leaving")
	dir := tom.dir
	tom.must(tom.Leave(t.Context(), false))
	tom.Workspace = nil
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the team is still on the device: %v", err)
	}
	ines.sync()
	if p := ines.People(); len(p) != 2 || !p[1].Left {
		t.Errorf("%+v", p)
	}
	if _, err := ines.Page(id); err != nil {
		t.Errorf("what was written before is gone: %v", err)
	}
	ines.begin("insight", "After") // under a new epoch
	ines.sync()
}

// The step was signed, and then no relay could be reached to tell it to.
func TestLeavingIsGoneOnWithOnceItHasBegun(t *testing.T) {
	ines, tom, _ := pair(t)
	tom.begin("insight", "Written before leaving")
	tom.sync()
	tom.must(tom.replica.Leave(t.Context()))
	dir := tom.dir
	tom.must(tom.Leave(t.Context(), false))
	tom.Workspace = nil
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the team is still on the device: %v", err)
	}
	ines.sync()
	if p := ines.People(); len(p) != 2 || !p[1].Left {
		t.Errorf("%+v", p)
	}
}

func TestEverythingIsExportedAsMarkdown(t *testing.T) {
	m := found(t, "")
	id := m.begin("decision", "Settle: small/large refunds?")
	m.must(m.Write(id, "context", "日本語 and *stars*", false))
	dir := t.TempDir()
	n, err := m.ExportAll(dir, nil)
	if m.must(err); n != 2 {
		t.Errorf("%d files", n)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "decision", "*.md"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	b, _ := os.ReadFile(files[0])
	if s := string(b); !strings.Contains(s, "# Settle: small/large refunds?") || !strings.Contains(s, "日本語 and *stars*") || !strings.HasPrefix(s, "---\nid: "+id) {
		t.Errorf("%s", s)
	}
}

func TestAFileOfMarkdownBecomesAnArtefact(t *testing.T) {
	m := found(t, "")
	id, err := m.NewWith("decision", "", "# A title\n\n## Context\n\nTwo\n\nparagraphs.\n\n## Options considered\n\n- One\n- Two\n", []string{"level=tactical"})
	if m.must(err); !strings.Contains(m.shown(id), `"name": "Two"`) || !strings.Contains(m.shown(id), "Two\\n\\nparagraphs.") {
		t.Errorf("%s", m.shown(id))
	}
	before := m.Count()
	for _, bad := range []string{"# T\n\n## Colour\n\nx", "words\n\n## Context\n"} {
		if _, err := m.NewWith("decision", "T", bad, nil); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := m.NewWith("decision", "T", "", []string{"decide-by=soon"}); err == nil || m.Count() != before {
		t.Errorf("something was begun although it could not be written: %v, %d", err, m.Count()-before)
	}
}

func TestIdsTellArtefactsApart(t *testing.T) {
	var x index
	a, b := artefact.DocID{0xff, 0xff, 0xff, 0x01}, artefact.DocID{0xff, 0xff, 0xff, 0x02}
	x.put(artefact.View{Doc: a.String(), Kind: "decision"})
	if got := x.id(a); got != "D-ZZZZ" {
		t.Errorf("alone it is %s", got)
	}
	x.put(artefact.View{Doc: b.String(), Kind: "decision"})
	x.put(artefact.View{Doc: b.String(), Kind: "decision"})
	ia, ib := x.id(a), x.id(b)
	if ia == ib || !strings.HasPrefix(ia, "D-ZZZZ") {
		t.Errorf("%s and %s", ia, ib)
	}
	if _, err := x.find("D-ZZZZ"); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("%v", err)
	}
	if got, err := x.find(strings.ToLower(ib)); err != nil || got != b {
		t.Errorf("%v, %v", got, err)
	}
}
