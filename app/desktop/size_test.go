package desktop

import "testing"

func TestAWindowFitsItsScreen(t *testing.T) {
	for name, c := range map[string]struct {
		width, height int
		screen        size
		want          frame
	}{
		"room on all sides":      {1360, 860, size{1920, 1080}, frame{280, 110, 1360, 860}},
		"as large as the screen": {1360, 860, size{1360, 860}, frame{0, 0, 1360, 860}},
		"larger than the screen": {1360, 860, size{960, 640}, frame{0, 0, 960, 640}},
		"only higher":            {1360, 860, size{1366, 768}, frame{3, 0, 1360, 768}},
		"smaller than the least": {960, 640, size{800, 600}, frame{0, 0, 800, 600}},
		"a screen of no size":    {1360, 860, size{}, frame{0, 0, 1360, 860}},
	} {
		if got := fitting(c.width, c.height, c.screen); got != c.want {
			t.Errorf("%s: %+v, not %+v", name, got, c.want)
		}
	}
}
