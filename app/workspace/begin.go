package workspace

import (
	"fmt"

	"longhand/app/artefact"
	"longhand/app/cadence"
)

// BeginWeek begins this week’s or last week’s artefact of a kind of which
// there is one a week, "" being this week, and returns its id; one that is
// there is returned. Older weeks stay as they were left: what nobody wrote
// then is not written afterwards.
func (w *Workspace) BeginWeek(kindID, weekText string) (string, error) {
	k, err := FindKind(kindID)
	if err != nil {
		return "", err
	}
	if w.Joining() {
		return "", ErrJoining
	}
	week, err := w.week(weekText)
	if err != nil {
		return "", err
	}
	now := cadence.WeekOf(w.Now(), w.teamZone())
	if week.Before(now.Add(-1)) || now.Before(week) {
		return "", fmt.Errorf("begin %s of %s: %w: only this week’s and last week’s can be begun", k.ID, week, artefact.ErrValue)
	}
	doc, err := w.scoped(k, week, "")
	if err != nil {
		return "", err
	}
	return w.index.id(doc), nil
}
