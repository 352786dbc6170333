package workspace

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"longhand/storage"
)

// Prefs are what the window remembers between two openings. They lie in plain
// text, and hold nothing private.
type Prefs struct {
	Theme  string `json:"theme"` // "system", "light" or "dark"
	Keys   *bool  `json:"keys"`  // single-letter shortcuts; nil is on
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

const prefsFile = "window.json"

// LoadPrefs reads them. A file that is missing or unreadable gives the defaults.
func LoadPrefs(dir string) Prefs {
	p := Prefs{Theme: "system", Width: 1360, Height: 860}
	b, err := os.ReadFile(filepath.Join(dir, prefsFile))
	if err != nil || json.Unmarshal(b, &p) != nil {
		return Prefs{Theme: "system", Width: 1360, Height: 860}
	}
	p.Width, p.Height = min(max(p.Width, 960), 10000), min(max(p.Height, 640), 10000)
	return p
}

// SavePrefs writes them.
func SavePrefs(dir string, p Prefs) error {
	switch p.Theme {
	case "system", "light", "dark":
	default:
		return fmt.Errorf("%w: a theme is system, light or dark", ErrUsage)
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return storage.WriteFile(filepath.Join(dir, prefsFile), append(b, '\n'))
}
