package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"longhand/app/artefact"
	"longhand/app/hydrate"
	"longhand/app/render/typeset"
	"longhand/storage"
	"longhand/storage/secret"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

const (
	allSafe     = "Nothing is lost: what was saved before is as it was."
	onlyThis    = "Nothing was changed."
	savedHere   = "Everything you wrote is saved on this device."
	nothingMade = "Nothing was created."
)

// Explain turns any error into what a person needs: what happened, whether
// data is safe, and what to do. Window and command line both show it.
func Explain(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	// A relay without room is not a disk without room: what says where it
	// happened goes before what says what the system answered.
	for _, explain := range []func(error) *Problem{explainMove, explainKey, explainServer, explainRelay, explainStore, explainTeam, explainEdit} {
		if p := explain(err); p != nil {
			return p
		}
	}
	return &Problem{"failed", sentence(err.Error()), "What was saved before is as it was.", "Try again. If it happens again, keep this text: it says where to look."}
}

// Error lets a Problem travel as an error.
func (p *Problem) Error() string { return p.Message }

// sentence makes one of an error’s words.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	r := []rune(s)
	out := strings.ToUpper(string(r[0])) + string(r[1:])
	if strings.HasSuffix(out, ".") {
		return out
	}
	return out + "."
}

func explainMove(err error) *Problem {
	var m *artefact.MoveError
	if !errors.As(err, &m) {
		return nil
	}
	to := strings.ToLower(m.To.Label)
	switch {
	case m.NotYours:
		return &Problem{"not-yours", fmt.Sprintf("Only its %s can make it %s.", m.To.By, to), onlyThis, fmt.Sprintf("Ask its %s, or have it handed over first.", m.To.By)}
	case len(m.Missing) > 0:
		return &Problem{"needs", fmt.Sprintf("It cannot be %s yet.", to), onlyThis, strings.Join(m.Missing, " ")}
	}
	var next []string
	for _, id := range m.From.To {
		next = append(next, id)
	}
	hint := "It stays as it is."
	if len(next) > 0 {
		hint = "From here it can become " + strings.Join(next, ", ") + "."
	}
	return &Problem{"not-from-here", fmt.Sprintf("From %s it cannot become %s.", strings.ToLower(m.From.Label), to), onlyThis, hint}
}

func explainKey(err error) *Problem {
	switch {
	case errors.Is(err, secret.ErrNoKeyring):
		return &Problem{"no-keyring", "This computer has no keyring that Longhand can use.", "Your data stays sealed; nothing is ever kept in plain text.",
			"Unlock or start the keyring, or choose a passphrase: give --passphrase-file on the command line, or type one in the window."}
	case errors.Is(err, secret.ErrSilent):
		return &Problem{"keyring-silent", "The keyring did not answer in time. It is probably locked, or asks for its password in another window.", allSafe,
			"Unlock the keyring and try again."}
	case errors.Is(err, secret.ErrLost):
		return &Problem{"key-lost", "The keyring answers, but the key of this data is not in it.", "The data is whole, and stays sealed without its key.",
			"Check that you are logged in as the same user as before. If the keyring was reset, join the team again from a new invitation."}
	case errors.Is(err, secret.ErrPassphrase):
		return &Problem{"passphrase", "The passphrase is wrong.", allSafe, "Check capitals and the keyboard’s language, and type it again."}
	case errors.Is(err, secret.ErrNeedPassphrase):
		return &Problem{"locked", "This data is locked with a passphrase.", allSafe, "Give it with --passphrase-file, or LONGHAND_PASSPHRASE_FILE, or type it in the window."}
	}
	return nil
}

func explainStore(err error) *Problem {
	var aside *storage.Quarantined
	var poison *hydrate.Poison
	switch {
	case errors.As(err, &aside):
		return &Problem{"recovered", fmt.Sprintf("The store was damaged and could not be built again. It was set aside as %s.", filepath.Base(aside.Moved)), "The journals from which it is built were not touched.",
			"Do not delete anything. Check the disk, and open Longhand again."}
	case errors.As(err, &poison), errors.Is(err, ErrCrashes):
		return &Problem{"poison", "Something in this record stops the program that reads it, so it is not opened here.", "Everything else goes on, and the record is kept as it was.",
			"`longhand status` names the device that wrote it. Ask its person to update Longhand, and update it here."}
	case errors.Is(err, hydrate.ErrNoChild):
		return &Problem{"no-child", "Longhand cannot start the process that checks what others wrote, so nothing new is taken in.", allSafe,
			"Close Longhand and start it again; it may have been updated or moved meanwhile."}
	case errors.Is(err, ErrOpenToOthers):
		return &Problem{"open-to-others", sentence(err.Error()), "What is in it is sealed all the same.", "Take the right to read from everybody else: `chmod -R go= ` and the data folder."}
	case errors.Is(err, ErrBackup):
		return &Problem{"backup", sentence(cause(err, ErrBackup)), "Nothing here was changed.", "Use another copy of the backup, or make a new one with `longhand backup`."}
	case errors.Is(err, ErrKitTyped):
		return &Problem{"kit-typed", "That is not what the recovery kit says.", "The kit works all the same.", "Look at the paper again: the groups are counted from the left."}
	case errors.Is(err, storage.ErrInUse):
		return &Problem{"in-use", "The data is open in another window or command.", allSafe, "Use that window, or close it and try again."}
	case errors.Is(err, storage.ErrSeal):
		return &Problem{"damaged", "Some of the data does not open: it was changed on the disk, or belongs to another key.", "What opens is shown; what does not is left untouched.",
			"Do not delete anything. Check the disk, and that the passphrase belongs to this data."}
	case errors.Is(err, storage.ErrDamaged):
		return &Problem{"damaged", sentence(cause(err, storage.ErrDamaged)), "The journal of what you wrote is kept apart from it, and was not touched.",
			"Do not delete anything. Make a copy of the data folder, and open it again."}
	case errors.Is(err, ErrNewer), errors.Is(err, artefact.ErrVersion):
		return &Problem{"newer", "This was written by a later version of Longhand.", "It is kept as it is.", "Update Longhand on this device."}
	case errors.Is(err, replica.ErrUnkept):
		return &Problem{"unkept", "This is decided, and could not be written to the disk.", allSafe, "Free some space, or make the disk writable. An open window writes it as soon as it can; if Longhand ends before, do it again."}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &Problem{"disk-full", "There is no room left on the disk, so the last edit is not saved.", allSafe, "Free some space. An open window keeps what is typed and saves it as soon as there is room."}
	case errors.Is(err, syscall.EROFS):
		return &Problem{"read-only", "The disk can only be read.", allSafe, "Make it writable, and try again."}
	case errors.Is(err, fs.ErrNotExist):
		return notThere(err)
	case errors.Is(err, fs.ErrPermission) && !errors.Is(err, relay.ErrNotAllowed):
		return &Problem{"not-allowed", sentence(err.Error()), allSafe, "Give your user the right to read and write there."}
	}
	return nil
}

// notThere names the file or folder that is not there, if the error says which.
func notThere(err error) *Problem {
	var at *fs.PathError
	if !errors.As(err, &at) {
		return nil
	}
	path := strings.TrimSuffix(at.Path, ".part")
	what := "file " + path
	if dir := filepath.Dir(path); !exists(dir) {
		what = "folder " + dir
	}
	return &Problem{"not-there", fmt.Sprintf("There is no %s.", what), allSafe, "Check how it is written, and whether its drive is connected."}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// cause is the part of a message that names the object, without the words
// that wrapped it.
func cause(err, sentinel error) string {
	s := err.Error()
	if i := strings.Index(s, sentinel.Error()); i >= 0 {
		return s[i:]
	}
	return s
}

func explainTeam(err error) *Problem {
	var version *journal.UnknownVersionError
	switch {
	case errors.Is(err, ErrNoTeam):
		return &Problem{"no-team", "There is no team in this data folder yet.", "", "Start one with `longhand team create`, join one with `longhand team join`, or look around with `longhand demo`."}
	case errors.Is(err, ErrTeamExists):
		return &Problem{"team-exists", "There is a team in this data folder already.", onlyThis, "Use another folder with --data, or leave the team first with `longhand team leave`."}
	case errors.Is(err, ErrJoining), errors.Is(err, roster.ErrNoKey):
		return &Problem{"joining", "No member’s device has answered yet, so there is nothing to read or write here.", "Your request is kept and sent again at every sync.",
			"As soon as any member’s Longhand has been open, sync again."}
	case errors.Is(err, roster.ErrInviteExpired):
		return &Problem{"invite-expired", "This invitation has expired.", nothingMade, "Ask for a new one."}
	case errors.Is(err, roster.ErrInviteClosed):
		return &Problem{"invite-used", "This invitation has been used already, or was withdrawn.", nothingMade, "Ask for a new one: each works once."}
	case errors.Is(err, roster.ErrMistyped):
		return &Problem{"invite-mistyped", "This code was mistyped or cut off: its check does not fit.", nothingMade, "Copy the whole code again, from its first two letters to its end."}
	case errors.Is(err, roster.ErrNotKit):
		return &Problem{"kit-not", "That is no recovery kit. It would begin with LK.", nothingMade, "Type what stands on the paper, from LK to its end."}
	case errors.Is(err, replica.ErrKitUnknown):
		return &Problem{"kit-unknown", "No relay knows this recovery kit.", nothingMade, "Say where the team’s relay is now (on the command line with --relay), and see that it can be reached."}
	case errors.Is(err, replica.ErrKitRemoved):
		return &Problem{"kit-removed", "This recovery kit was withdrawn: a newer one was made, or its person left the team.", nothingMade, "Use the newer kit, or ask for an invitation."}
	case errors.Is(err, roster.ErrUnknown):
		return &Problem{"nobody", sentence(err.Error()), onlyThis, "`longhand team` lists people and devices."}
	case errors.Is(err, replica.ErrUnsent):
		return &Problem{"unsent", "Something that you wrote has reached no relay yet.", savedHere, "Sync first, or add a relay."}
	case errors.Is(err, roster.ErrNotInvite):
		return &Problem{"invite-not", "That is no Longhand invitation. It would begin with LH.", nothingMade, "Paste the code as it was sent to you."}
	case errors.Is(err, roster.ErrNotAdmin):
		return &Problem{"not-admin", "Only an admin of the team may do this.", onlyThis, "Ask an admin; `longhand team` shows who is."}
	case errors.Is(err, roster.ErrLastAdmin):
		return &Problem{"last-admin", "You are the team’s only admin, and others are in it.", onlyThis, "Invite or make another admin first."}
	case errors.Is(err, replica.ErrRemoved), errors.Is(err, roster.ErrNotMember):
		return &Problem{"removed", "This device no longer belongs to the team.", "What was here stays readable; nothing is sent any more.", "If that is a mistake, ask for a new invitation."}
	case errors.Is(err, replica.ErrAhead), errors.Is(err, replica.ErrForked):
		return &Problem{"forked", sentence(cause(err, replica.ErrAhead)), savedHere + " Nothing more is sent as this device.", "This happens after a restored backup or a copied data folder. `longhand device renew` lets it go on as a new device; what it wrote goes along."}
	case errors.As(err, &version):
		return &Problem{"newer", "Something was written by a later version of Longhand.", "It is kept as it is.", "Update Longhand on this device."}
	}
	return nil
}

func explainRelay(err error) *Problem {
	var at *relay.Error
	where := "the relay"
	if errors.As(err, &at) {
		where = relayWords(at.Relay)
	}
	switch {
	case errors.Is(err, ErrOnlyCopy):
		return &Problem{"only-copy", "Nobody else is in this team, so this device has the only copy of it.", onlyThis, "Export what you want to keep. `longhand team leave --delete` then deletes it."}
	case errors.Is(err, ErrNoRelay):
		return &Problem{"no-relay", "This team has no relay yet, so nothing can be sent.", savedHere, "Add one with `longhand relay add folder:PATH`, or on the Team screen."}
	case errors.Is(err, ErrRelayAddress):
		return &Problem{"relay-address", sentence(cause(err, ErrRelayAddress)), onlyThis, "A relay is folder:PATH, with a folder that everyone can reach, or https://HOST."}
	case errors.Is(err, replica.ErrUnknownRelay):
		return &Problem{"relay-unknown", "This team has no such relay.", onlyThis, "`longhand relay` lists them."}
	case errors.Is(err, relay.ErrFull):
		return &Problem{"relay-full", fmt.Sprintf("There is no room left on %s.", where), savedHere + " It is sent as soon as there is room.", "Free some space there, or add another relay."}
	case errors.Is(err, relay.ErrNotAllowed):
		return &Problem{"relay-not-allowed", fmt.Sprintf("Longhand may not read or write %s.", where), savedHere, "Make the folder, or the drive that it is on, writable for you."}
	case errors.Is(err, relay.ErrTooNew):
		return &Problem{"newer", fmt.Sprintf("%s was made a relay by a later version of Longhand.", sentenceStart(where)), savedHere, "Update Longhand on this device."}
	case errors.Is(err, relay.ErrNotRelay):
		return &Problem{"relay-not", fmt.Sprintf("%s is no Longhand relay.", sentenceStart(where)), savedHere, "Choose an empty folder, or the one that the others use."}
	case errors.Is(err, relay.ErrUnreachable):
		return &Problem{"relay-unreachable", fmt.Sprintf("%s cannot be reached.", sentenceStart(where)), savedHere + " It is sent when the relay is back.", "Check that the drive is mounted and the folder is there."}
	}
	return nil
}

// relayWords is a relay in words.
func relayWords(relay string) string {
	if path, ok := strings.CutPrefix(relay, "folder:"); ok {
		return "the folder " + path
	}
	if strings.Contains(relay, "://") {
		return "the relay " + relay
	}
	return "the folder " + relay
}

func sentenceStart(s string) string { return strings.TrimSuffix(sentence(s), ".") }

func explainEdit(err error) *Problem {
	switch {
	case errors.Is(err, artefact.ErrContested):
		return &Problem{"contested", sentence(cause(err, artefact.ErrContested)) + " Two people changed it while apart, and both values are kept.", onlyThis, "Its owner settles it first: `longhand contested` shows the values, `longhand settle` keeps one."}
	case errors.Is(err, artefact.ErrSealed):
		return &Problem{"sealed", "The record is made, and its text stands as it was.", onlyThis, "Raise a new one that supersedes it."}
	case errors.Is(err, ErrNotYours):
		return &Problem{"not-yours", sentence(cause(err, ErrNotYours)), onlyThis, "Ask the person named."}
	case errors.Is(err, ErrAutomatic):
		return &Problem{"automatic", "This value is set by itself, by what is done with the record.", onlyThis, "Enter the state that sets it."}
	case errors.Is(err, ErrNotDraft):
		return &Problem{"not-draft", "Only a draft of your own can be discarded.", onlyThis, "Withdraw or stop it instead, with a reason."}
	case errors.Is(err, ErrNotContested):
		return &Problem{"not-contested", "There is only one value: nothing to settle.", onlyThis, "`longhand contested` lists what is."}
	case errors.Is(err, artefact.ErrNoField):
		return &Problem{"no-field", sentence(cause(err, artefact.ErrNoField)), onlyThis, "`longhand kinds` lists the fields of every kind."}
	case errors.Is(err, artefact.ErrNoState):
		return &Problem{"no-state", sentence(cause(err, artefact.ErrNoState)), onlyThis, "`longhand kinds` lists the states of every kind."}
	case errors.Is(err, artefact.ErrValue):
		return &Problem{"value", sentence(cause(err, artefact.ErrValue)), onlyThis, "Change it and try again."}
	case errors.Is(err, artefact.ErrKind), errors.Is(err, ErrKindUnknown):
		return &Problem{"no-kind", sentence(cause(err, ErrKindUnknown)), onlyThis, "`longhand kinds` lists what there is."}
	case errors.Is(err, ErrNoArtefact):
		return &Problem{"not-found", sentence(cause(err, ErrNoArtefact)), onlyThis, "`longhand list` and `longhand search` find its id. It may also not have arrived yet: sync."}
	case errors.Is(err, ErrNobody):
		return &Problem{"nobody", sentence(cause(err, ErrNobody)), onlyThis, "`longhand team` lists who is."}
	case errors.Is(err, ErrAmbiguous):
		return &Problem{"ambiguous", sentence(err.Error()), onlyThis, "Give more of it."}
	case errors.Is(err, ErrUsage):
		return &Problem{"usage", sentence(cause(err, ErrUsage)), onlyThis, "`longhand --help` shows the forms."}
	case errors.Is(err, ErrStale), errors.Is(err, ErrUpdate):
		return &Problem{"stale", "The last edit does not fit the text as it is now, and is not saved.", "What was saved before is as it was.", "Copy what you typed last, and open the text again."}
	case errors.Is(err, typeset.ErrNoTypesetter):
		return &Problem{"no-typesetter", "This build has no typesetter, so it cannot make a PDF.", onlyThis, "Run `make run` or `make cli` in the source, which fetches it; or export Markdown."}
	}
	return nil
}
