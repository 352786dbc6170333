package workspace

import (
	"fmt"
	"time"

	"longhand/sync/replica"
)

// causeWords says what stands in the way, and what to do about it.
func causeWords(c replica.Cause, who, at, run string) (what, next string) {
	switch c.Code {
	case replica.NoRelay:
		return "Nothing can be sent: this team has no relay yet.", "Add one on the Team screen, or with `longhand relay add`."
	case replica.NotJoined:
		return "No member’s device has answered yet.", "Wait until anybody of the team has Longhand open."
	case replica.RelayMisses:
		return fmt.Sprintf("%s of %s are missing on %s.", sentenceStart(run), who, at), "They are put back as soon as a device that has them comes by."
	case replica.RelayTampers:
		if c.First == 0 { // too damaged to say which
			return fmt.Sprintf("On %s something of %s was damaged, forged or swapped. It was not applied.", at, who), "Nothing is lost. Tell whoever runs the relay; devices put back what is missing."
		}
		return fmt.Sprintf("On %s something was damaged, forged or swapped: %s of %s. It was not applied.", at, run, who), "Nothing is lost. Tell whoever runs the relay; devices put back what is missing."
	case replica.TooNewThere:
		return fmt.Sprintf("%s holds something that a later version of Longhand wrote.", sentenceStart(at)), "Update Longhand on this device."
	case replica.WasAhead, replica.WasForked, replica.WasRemoved:
		p := Explain(c.Err)
		return p.Message, p.Hint
	case replica.UnsentAfterEnd:
		return "Something was written here after this device had been removed.", "Copy what you need; it will not be sent."
	case replica.SomebodyAsks:
		return "Somebody asks to be let in.", "Let them in, or withdraw the invitation."
	case replica.DeviceForked:
		return fmt.Sprintf("Two have written as %s: its data folder was copied, or a backup restored beside it.", who), "Both branches are kept. Ask its person to let it go on as a new device."
	case replica.DeviceClaims:
		return fmt.Sprintf("%s says that it holds %s of this device, which has not written so much.", sentenceStart(who), run), "If this data folder was restored or copied, `longhand device renew` lets it go on as a new device. Otherwise ask its person; an admin can let the device go."
	case replica.DeviceSilent:
		return fmt.Sprintf("%s has not been heard from since %s, and lacks what was written here.", sentenceStart(who), c.Since.Format("2 January")), "Ask its person to open Longhand there, or let the device go."
	case replica.DeviceClock, replica.OwnClock:
		direction := "ahead"
		if c.Skew < 0 {
			direction = "behind"
		}
		if c.Code == replica.OwnClock {
			who = "this device"
		}
		return fmt.Sprintf("The clock of %s is %s %s.", who, round(c.Skew.Abs()), direction), "Set it. Nothing is lost by it; only the times of what was written are off."
	case replica.WaitsForKey:
		return fmt.Sprintf("%s of %s wait for a key.", sentenceStart(run), who), "It comes by itself, as soon as a device that has it syncs."
	case replica.KeyIsLost:
		return fmt.Sprintf("%s of %s are sealed for people who have all left the team.", sentenceStart(run), who), "Nobody who is here can read them. Its person still has them: ask for a copy."
	case replica.WasRefused:
		return fmt.Sprintf("%s of %s cannot be read and was set aside: %v.", sentenceStart(run), who, c.Err), "Everything else goes on. Update Longhand here, and ask its person to."
	case replica.BeyondItsCut:
		return fmt.Sprintf("%s was let go, and wrote %s after that. They do not count.", sentenceStart(who), run), "An admin can accept them."
	}
	if c.Err != nil {
		p := Explain(c.Err)
		return p.Message, p.Hint
	}
	return string(c.Code), string(c.Next)
}

// round is a length of time as one says it.
func round(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
