package workspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/relay/server"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// A relay is folder:PATH or the address of a relay server. Only here does that
// make a difference.

func isServer(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// plainServer is the one form in which a server’s address is kept.
func plainServer(address string) (string, error) {
	u, err := server.ParseAddress(address)
	if err != nil {
		return address, fmt.Errorf("%w: %w", ErrRelayAddress, err)
	}
	return u.String(), nil
}

// openRelay is the relay at an address, for a device.
func openRelay(address string, team journal.TeamID, id *journal.Identity, o server.Options) (relay.Relay, error) {
	if path, ok := strings.CutPrefix(address, "folder:"); ok {
		return folder.New(path, team, id.Device(), folder.Options{}), nil
	}
	return server.New(address, team, id, o)
}

// serverOptions are what a server may have to be told: who belongs to the team,
// and by which invitation this device asks to.
func (w *Workspace) serverOptions(token string) (server.Options, error) {
	o := server.Options{Token: token, Entries: func() [][]byte { return w.roster.Since(0) }}
	if j := w.me().Joining; j != nil {
		inv, err := roster.ParseInvite(j.Code)
		if err != nil {
			return o, err
		}
		if o.Request, err = inv.Request(w.identity, w.person, ""); err != nil {
			return o, err
		}
	}
	return o, nil
}

// enter makes sure that a server lets this team and this device in, while
// somebody is there to hear that it does not.
func (w *Workspace) enter(ctx context.Context, address, token string) error {
	if !isServer(address) {
		return nil
	}
	o, err := w.serverOptions(token)
	if err != nil {
		return err
	}
	s, err := server.New(address, w.team, w.identity, o)
	if err != nil {
		return err
	}
	return s.Enter(ctx)
}

// AddServer adds a relay server with the token that it may ask of a new team.
// The token is kept sealed, in case the server loses the team.
func (w *Workspace) AddServer(ctx context.Context, address, token string) error {
	address, err := PlainRelay(address)
	if err != nil {
		return err
	}
	if !isServer(address) && token != "" {
		return fmt.Errorf("%w: only a relay server takes a token", ErrUsage)
	}
	if err := prepareRelay(ctx, address); err != nil {
		return err
	}
	if err := w.enter(ctx, address, token); err != nil {
		return err
	}
	if err := w.updateSelf(func(s *self) {
		if !slices.Contains(s.Relays, address) {
			s.Relays = append(s.Relays, address)
		}
		if token != "" {
			s.Tokens = maps.Clone(s.Tokens)
			if s.Tokens == nil {
				s.Tokens = map[string]string{}
			}
			s.Tokens[address] = token
		}
	}); err != nil {
		return err
	}
	if err := w.useRelay(address); err != nil {
		return err
	}
	w.replica.Nudge()
	return nil
}

// withoutOwnLeave takes out of a report that relays no longer let this device
// in: whoever has just left wanted no more than that.
func withoutOwnLeave(r replica.Report) replica.Report {
	r.Halted = nil
	r.Relays = maps.Clone(r.Relays)
	for address, err := range r.Relays {
		if errors.Is(err, relay.ErrRemoved) {
			r.Relays[address] = nil
		}
	}
	return r
}

func explainServer(err error) *Problem {
	var at *relay.Error
	where := "the relay"
	if errors.As(err, &at) {
		where = at.Relay
	}
	switch {
	case errors.Is(err, server.ErrInviteClosed):
		return &Problem{"invite-used", "This invitation has been used already, or was withdrawn.", nothingMade, "Ask for a new one: each works once."}
	case errors.Is(err, relay.ErrNeedsToken):
		return &Problem{"relay-needs-token", fmt.Sprintf("%s takes a new team only with a relay token that is valid and that no other team has used.", where), savedHere,
			"Ask whoever runs the relay for a token, and give it with `longhand relay add ADDRESS --token TOKEN`."}
	case errors.Is(err, relay.ErrRemoved):
		return &Problem{"removed", fmt.Sprintf("%s says that this device no longer belongs to the team.", where), "What was here stays readable; nothing is sent there any more.", "If that is a mistake, ask for a new invitation."}
	case !isServer(where):
		return nil
	case errors.Is(err, relay.ErrFull):
		return &Problem{"relay-full", fmt.Sprintf("The team has used up its room on %s.", where), savedHere + " It is sent as soon as there is room.", "Ask whoever runs the relay for more, or add another relay."}
	case errors.Is(err, relay.ErrNotAllowed):
		return &Problem{"relay-not-allowed", fmt.Sprintf("%s does not let this device read or write.", where), savedHere, "Sync with a relay that others use too, so that it learns who belongs to the team; then try again."}
	case errors.Is(err, relay.ErrNotRelay):
		return &Problem{"relay-not", fmt.Sprintf("What answers at %s is no Longhand relay of a version known here.", where), savedHere, "Check the address with whoever runs the relay."}
	case errors.Is(err, relay.ErrUnreachable):
		return &Problem{"relay-unreachable", fmt.Sprintf("%s cannot be reached.", where), savedHere + " It is sent when the relay is back.", "Check the network, the address, and the proxy if you need one (HTTPS_PROXY)."}
	}
	return nil
}
