package workspace

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhand/storage/secret"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

func TestASecondDeviceOfOnePersonNeedsNoName(t *testing.T) {
	ines, tom, _ := pair(t)
	id := tom.begin("brief", "From the laptop")
	code, err := tom.InviteDevice(t.Context(), time.Hour, false)
	tom.must(err)
	tom.sync()
	phone := start(t, "phone")
	phone.set(tom.now())
	phone.opened(Join(t.Context(), phone.options, Joining{Code: code}))
	phone.sync()
	tom.sync()
	phone.sync()
	if phone.Joining() || phone.Me() != tom.Me() {
		t.Fatalf("joining %v, %s and %s", phone.Joining(), phone.Me(), tom.Me())
	}
	phone.must(phone.Write(id, "problem", "And the phone.", false))
	phone.sync()
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "And the phone." || p.Author != string(tom.Me()) {
		t.Errorf("%v, %v", p, err)
	}
	labels := []string{}
	for _, d := range ines.Team().Devices {
		labels = append(labels, d.Label)
	}
	if got := strings.Join(labels, ", "); got != "Ines’s device, Tom’s device 1, Tom’s device 2" {
		t.Error(got)
	}
	a, err := ines.Words("Tom")
	ines.must(err)
	b, err := phone.Words("Ines")
	phone.must(err)
	if len(a) != 2 || len(b) != 1 || strings.Join(a[1].Words, " ") != strings.Join(b[0].Words, " ") || len(b[0].Words) != 12 {
		t.Errorf("%v and %v", a, b)
	}
}

func TestWhoIsRemovedReadsNothingOfWhatComesAfter(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "Before")
	ines.sync()
	tom.sync()
	tom.must(tom.Write(id, "problem", "Tom’s own words.", false))
	tom.sync()
	ines.sync()
	if _, err := tom.Remove(t.Context(), "Ines"); !errors.Is(err, roster.ErrNotAdmin) {
		t.Fatalf("a member removes an admin: %v", err)
	}
	who, err := ines.Remove(t.Context(), "Tom")
	if err != nil || who != "Tom Ashworth" {
		t.Fatal(who, err)
	}
	ines.must(ines.Write(id, "scope", "Not for Tom.", false))
	ines.sync()
	if _, err := tom.Sync(t.Context()); !errors.Is(err, replica.ErrRemoved) {
		t.Errorf("Tom is told %v", err)
	}
	if p, err := tom.Page(id); err != nil || p.Texts["scope"] != "" || p.Texts["problem"] != "Tom’s own words." {
		t.Errorf("Tom reads %v, %v", p, err)
	}
	tom.must(tom.Write(id, "problem", "Too late. ", false))
	_, _ = tom.Sync(t.Context())
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "Tom’s own words." {
		t.Errorf("Ines reads %v, %v", p, err)
	}
}

func TestABackupComesBackAsANewDeviceOfTheSamePerson(t *testing.T) {
	ines, tom, _ := pair(t)
	id := tom.begin("brief", "Sent")
	ines.sync()
	tom.sync()
	tom.must(tom.Write(id, "problem", "Never sent by this device.", false))
	file := filepath.Join(t.TempDir(), "tom.backup")
	sum, err := tom.Backup(t.Context(), file, "another passphrase", nil)
	tom.must(err)
	if sum.Documents == 0 || sum.Entries == 0 || sum.Blobs == 0 {
		t.Errorf("%+v", sum)
	}
	whole, err := os.ReadFile(file)
	tom.must(err)
	if bytes.Contains(whole, []byte("Never sent")) || bytes.Contains(whole, tom.self.Keys) {
		t.Error("it can be read")
	}
	if back, err := VerifyBackup(t.Context(), file, "another passphrase", tom.options); err != nil || back != sum {
		t.Errorf("%+v, %v", back, err)
	}
	for name, c := range map[string]struct {
		change func([]byte) []byte
		pass   string
	}{
		"wrong passphrase": {func(b []byte) []byte { return b }, "correct horse"},
		"cut off":          {func(b []byte) []byte { return b[:len(b)-1000] }, "another passphrase"},
		"a flipped bit":    {func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, "another passphrase"},
	} {
		bad := filepath.Join(t.TempDir(), "bad")
		tom.must(os.WriteFile(bad, c.change(bytes.Clone(whole)), 0o600))
		if _, err := VerifyBackup(t.Context(), bad, c.pass, tom.options); err == nil || name == "wrong passphrase" && !errors.Is(err, secret.ErrPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
	want := tom.shown(id)
	tom.close() // and its disk is gone

	again := start(t, "again")
	again.set(tom.now())
	again.opened(Restore(t.Context(), again.options, file, "another passphrase", nil))
	if again.Me() == ines.Me() || again.identity.Device().String() == "" || again.shown(id) != want {
		t.Error("it reads differently")
	}
	again.sync()
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "Never sent by this device." || len(ines.SetAside()) != 0 {
		t.Errorf("what was not sent: %v, %v, %v", p, err, ines.SetAside())
	}
	again.must(again.Write(id, "scope", "And on.", false))
	again.sync()
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Texts["scope"] != "And on." || p.Author != string(again.Me()) {
		t.Errorf("%v, %v", p, err)
	}
}

func TestADeviceThatIsBehindItselfGoesOnAsANewOne(t *testing.T) {
	ines, tom, _ := pair(t)
	id := tom.begin("brief", "Copied")
	tom.sync()
	dir := tom.options.Dir
	tom.close()
	copied := filepath.Join(t.TempDir(), "copy")
	tom.must(os.CopyFS(copied, os.DirFS(dir)))
	tom.reopen()
	tom.must(tom.Write(id, "problem", "In the original.", false))
	tom.sync()
	ines.sync()

	clone := start(t, "clone")
	clone.set(tom.now())
	clone.options.Dir = copied
	clone.opened(Open(t.Context(), clone.options))
	clone.must(clone.Write(id, "scope", "In the copy.", false))
	_, err := clone.Sync(t.Context())
	if !errors.Is(err, replica.ErrAhead) && !errors.Is(err, replica.ErrForked) {
		t.Fatalf("the copy is told %v", err)
	}
	clone.must(clone.Renew(t.Context()))
	clone.close()
	clone.reopen()
	clone.sync()
	ines.sync()
	p, err := ines.Page(id)
	if err != nil || p.Texts["problem"] != "In the original." || p.Texts["scope"] != "In the copy." {
		t.Errorf("%v, %v, %v", p.Texts, err, ines.SetAside())
	}
	clone.must(clone.Write(id, "constraints", "And on.", false))
	clone.sync()
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Texts["constraints"] != "And on." || p.Author != string(clone.Me()) {
		t.Errorf("%v, %v", p, err)
	}
}

func TestAKitRestoresAPersonFromARelayAlone(t *testing.T) {
	ines, tom, relay := pair(t)
	id := tom.begin("brief", "Survives")
	kit, err := tom.CreateKit(t.Context())
	tom.must(err)
	groups := strings.Split(kit.Code, "-")
	if err := tom.CheckKit(t.Context(), "000000"); !errors.Is(err, ErrKitTyped) {
		t.Errorf("anything is right: %v", err)
	}
	tom.must(tom.CheckKit(t.Context(), strings.ToLower(groups[kit.Group-1])))
	if made, checked := tom.HasKit(); !made || !checked {
		t.Error("it is not known")
	}
	tom.sync()
	tom.close()
	again := start(t, "again")
	again.set(tom.now())
	again.opened(RestoreKit(t.Context(), again.options, kit.Code, relay))
	again.sync()
	if p, err := again.Page(id); err != nil || p.Title != "Survives" || p.Author != string(again.Me()) {
		t.Errorf("%v, %v", p, err)
	}
	again.must(again.Write(id, "problem", "It goes on.", false))
	again.sync()
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "It goes on." {
		t.Errorf("%v, %v", p, err)
	}
	for _, d := range ines.Team().Devices {
		if strings.Contains(d.Label, "kit") {
			t.Errorf("a kit is listed as a device: %+v", d)
		}
	}
}

func TestTheDoctorSaysWhatIsWrong(t *testing.T) {
	ines, _, relay := pair(t)
	ines.begin("brief", "B")
	for _, c := range ines.Doctor(t.Context(), nil) {
		if !c.OK {
			t.Errorf("%+v", c)
		}
	}
	ines.must(os.Chmod(filepath.Join(ines.dir, selfFile), 0o644))
	ines.must(os.Rename(strings.TrimPrefix(relay, "folder:"), strings.TrimPrefix(relay, "folder:")+".away"))
	bad := map[string]bool{}
	for _, c := range ines.Doctor(t.Context(), nil) {
		if !c.OK {
			bad[c.Name] = true
			if c.What == "" || c.Next == "" {
				t.Errorf("%+v says too little", c)
			}
		}
	}
	if !bad["data folder"] || !bad["relays"] || bad["store"] {
		t.Errorf("%v", bad)
	}
}

func TestTheKeyMovesUnderAnotherPassphrase(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "B")
	m.close()
	m.must(MoveKey(t.Context(), m.options, "a new one"))
	if _, err := Open(t.Context(), m.options); !errors.Is(err, secret.ErrPassphrase) {
		t.Errorf("the old passphrase: %v", err)
	}
	m.options.Passphrase = "a new one"
	m.reopen()
	if p, err := m.Page(id); err != nil || p.Title != "B" {
		t.Errorf("%v, %v", p, err)
	}
}

func TestARelayUnderAFolderThatIsNotThereIsNotMade(t *testing.T) {
	m := found(t, "")
	gone := filepath.Join(t.TempDir(), "drive", "relay")
	if err := m.AddRelay(t.Context(), "folder:"+gone); Explain(err) == nil || Explain(err).Code != "relay-unreachable" {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Dir(gone)); err == nil {
		t.Error("a folder was made where a drive belongs")
	}
	m.must(os.Mkdir(filepath.Dir(gone), 0o700), m.AddRelay(t.Context(), "folder:"+gone))
}

func TestOnePersonIsInSeveralTeams(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "Of the first team")
	m.close()
	if _, err := Create(t.Context(), m.options, NewTeam{Team: "Harbour", Me: "Ines Carvalho", Zone: "Europe/Lisbon"}); !errors.Is(err, ErrTeamExists) {
		t.Fatalf("a second team was made unasked: %v", err)
	}
	first := m.options
	m.options.Another = true
	m.opened(Create(t.Context(), m.options, NewTeam{Team: "Harbour", Me: "Ines Carvalho", Zone: "Europe/Lisbon"}))
	if _, err := m.Page(id); err == nil {
		t.Error("the second team reads what is the first’s")
	}
	m.close()
	names := func() string {
		all, err := Teams(t.Context(), first)
		m.must(err)
		out := []string{}
		for _, k := range all {
			out = append(out, k.Name)
			if k.Current {
				out = append(out, "*")
			}
		}
		return strings.Join(out, " ")
	}
	if got := names(); got != "Harbour * Saltmarsh" {
		t.Error(got)
	}
	_, err := Use(t.Context(), first, "Saltmarsh")
	m.must(err)
	m.options = first
	m.reopen()
	if p, err := m.Page(id); err != nil || p.Title != "Of the first team" {
		t.Errorf("%v, %v", p, err)
	}
	m.must(m.Leave(t.Context(), true))
	m.Workspace = nil
	if got := names(); got != "Harbour *" {
		t.Error(got)
	}
}
