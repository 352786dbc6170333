// Package wire is what a device and a relay server say to each other: the shapes of JSON, the codes of errors, the keys of blobs, the frames
// of a page, and what is signed to open a session. ../FORMAT.md lays it down.
//
// Both sides use it and neither is in it: it sends nothing and decides nothing.
package wire

import (
	"net/http"

	"longhand/sync/journal"
)

const (
	Service = "longhand-relay" // what Hello says
	Version = 1

	SessionContext = "relay session" // of the signature under Proof

	PageType   = "application/vnd.longhand.blobs"
	MaxSession = 32 << 10 // bytes of a session without entries
	MaxEntries = 12 << 20 // bytes of one with entries
	MaxWait    = 55       // seconds
)

// Hello is the answer to GET /v1.
type Hello struct {
	Service string `json:"service"`
	Version int    `json:"version"`
}

// Challenge is the answer to POST /v1/challenges.
type Challenge struct {
	Challenge string `json:"challenge"`
	Expires   int64  `json:"expires"` // Unix seconds
}

// SessionRequest is the body of POST /v1/sessions.
type SessionRequest struct {
	Team       string   `json:"team"`
	Device     string   `json:"device"`
	Challenge  string   `json:"challenge"`
	Host       string   `json:"host"`
	Signature  []byte   `json:"signature"`
	Request    []byte   `json:"request,omitempty"`
	Entries    [][]byte `json:"entries,omitempty"`
	RelayToken string   `json:"relay-token,omitempty"`
}

// Session is the answer to it.
type Session struct {
	Token   string `json:"token"`
	Expires int64  `json:"expires"`
	Role    string `json:"role"` // "member" or "guest"
}

// Stored is the answer to a blob.
type Stored struct {
	Duplicate bool `json:"duplicate"`
}

// Answers is the answer to segments that were put together, one for each.
type Answers struct {
	Answers []Answer `json:"answers"`
}

// Answer is a Stored, or a Failure if it has a code.
type Answer struct {
	Duplicate bool   `json:"duplicate"`
	Code      Code   `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
}

// Failure is the answer when something is refused or fails.
type Failure struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// Role is what a device is to the team.
type Role uint8

const (
	Member Role = 1
	Guest  Role = 2
)

func (r Role) String() string {
	if r == Member {
		return "member"
	}
	return "guest"
}

// Proof is what a device signs to open a session.
func Proof(challenge string, team journal.TeamID, device journal.DeviceID, host string) []byte {
	b := append([]byte(challenge), 0)
	b = append(b, team[:]...)
	b = append(b, device[:]...)
	return append(b, host...)
}

// Code says why something was refused or failed.
type Code string

const (
	BadRequest     Code = "bad-request"
	NoSession      Code = "no-session"
	NotMember      Code = "not-member"
	Removed        Code = "removed"
	InviteClosed   Code = "invite-closed"
	NeedsToken     Code = "needs-token"
	TokenExpired   Code = "token-expired"
	TokenUsed      Code = "token-used"
	UnknownAuthor  Code = "unknown-author"
	NotFound       Code = "not-found"
	WrongMethod    Code = "wrong-method"
	TooSlow        Code = "too-slow"
	MissingParents Code = "missing-parents"
	RolledBack     Code = "rolled-back"
	NoLength       Code = "no-length"
	TooLarge       Code = "too-large"
	Damaged        Code = "damaged"
	Forged         Code = "forged"
	OtherTeam      Code = "other-team"
	UnknownVersion Code = "unknown-version"
	NotPermitted   Code = "not-permitted"
	SlowDown       Code = "slow-down"
	Internal       Code = "internal"
	Unavailable    Code = "unavailable"
	Full           Code = "full"
)

// Statuses is the HTTP status of each code.
func Statuses() map[Code]int {
	return map[Code]int{
		BadRequest: http.StatusBadRequest, NoSession: http.StatusUnauthorized,
		NotMember: http.StatusForbidden, Removed: http.StatusForbidden, InviteClosed: http.StatusForbidden, NeedsToken: http.StatusForbidden,
		TokenExpired: http.StatusForbidden, TokenUsed: http.StatusForbidden, UnknownAuthor: http.StatusForbidden,
		NotFound: http.StatusNotFound, WrongMethod: http.StatusMethodNotAllowed, TooSlow: http.StatusRequestTimeout,
		MissingParents: http.StatusConflict, RolledBack: http.StatusGone, NoLength: http.StatusLengthRequired,
		TooLarge: http.StatusRequestEntityTooLarge, Damaged: http.StatusUnprocessableEntity, Forged: http.StatusUnprocessableEntity,
		OtherTeam: http.StatusUnprocessableEntity, UnknownVersion: http.StatusUnprocessableEntity, NotPermitted: http.StatusUnprocessableEntity,
		SlowDown: http.StatusTooManyRequests, Internal: http.StatusInternalServerError, Unavailable: http.StatusServiceUnavailable,
		Full: http.StatusInsufficientStorage,
	}
}
