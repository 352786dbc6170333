package main

// A pkg is one npm package at one version. The integrity is the SHA-512 of its tarball in base64, as npm writes it.
type pkg struct {
	name, version string
	integrity     string
	files         []file
}

// A file is taken from a package, checked, and stored under another name. Names ending in .zst are stored compressed;
// the checksum is always that of the file before compression.
type file struct {
	from, to string
	sha256   string
}

// pins lists everything that is fetched. The order of the fonts does not matter: the templates name families.
//
// The typesetter’s version is exact because the names of its imports carry hashes that change with every release:
// app/render/typeset/imports.go is written for this one.
func pins() []pkg {
	return []pkg{
		{"@myriaddreamin/typst-ts-web-compiler", "0.7.0", "nMwMcfOBy5pABPDuVM7/u8425SxhPUM+OJe6daqqgVOT3+neCTz4JKwx2L8XasfEHTNvd0cUI07LR9q5ADo7Gw==", []file{
			{"pkg/typst_ts_web_compiler_bg.wasm", "typst.wasm.zst", "1fc968438a672366dfec39c96c842c26ed29caff4eb1bcaab19a6c60867de5fd"},
		}},
		{"@expo-google-fonts/literata", "0.4.3", "AuxE7NB6Ae1laRK8uTcap5xI2MYTZOXrAWul4SNGBiq4igP7r/q8IO3vdvO/P1MGiRczuyZ1zhTwSm/CaYeq9A==", []file{
			{"300Light/Literata_300Light.ttf", "Literata-Light.ttf.zst", "9df0c4a1726278e3cfce542732022eba505b435ff6a13e44b7d725270b48799a"},
			{"400Regular/Literata_400Regular.ttf", "Literata-Regular.ttf.zst", "7a3127b8aee7ac1f50419a45fd6c9dd19071060a7a6b31194a6b72446ff253b1"},
			{"400Regular_Italic/Literata_400Regular_Italic.ttf", "Literata-Italic.ttf.zst", "e48dc9674564dc58936960e7a8000c8080155e6882c8d999cadb0854562b5f31"},
			{"600SemiBold/Literata_600SemiBold.ttf", "Literata-SemiBold.ttf.zst", "f63e5f1b010a93f397cbdafccef644ce1a4b289eec60a1aca0a3ed3fd7b55bac"},
			{"600SemiBold_Italic/Literata_600SemiBold_Italic.ttf", "Literata-SemiBoldItalic.ttf.zst", "48efac698a31d50703ef8986a2bed66e613f4827472c11c2c8ccaffb1ab34825"},
			{"LICENSE_FONT", "LICENCE-Literata.txt", "8742963604cd89dc81437811a850018fc03b2bfad686d7422c8235967c87614e"},
		}},
		{"@expo-google-fonts/hanken-grotesk", "0.4.3", "TZn/Ux+nCxEjG/zAenCFbEhOAPxSXN3lo2YU2jHcPsNBPFeicm8feQStL81igJuAwJLCn62VvEOdTtmVEBDl0g==", []file{
			{"400Regular/HankenGrotesk_400Regular.ttf", "HankenGrotesk-Regular.ttf.zst", "315cda587038b4d21cb4899df306fef5c15b34b6b9470352eba9a3dfce72f380"},
			{"600SemiBold/HankenGrotesk_600SemiBold.ttf", "HankenGrotesk-SemiBold.ttf.zst", "4f70ae1dd1c951e80603732344f18507d6a6932a3df9f7f6d8a91d4495d41e17"},
			{"LICENSE_FONT", "LICENCE-HankenGrotesk.txt", "e02ccb89a86839b22feff7872ff5cc355cc0f58318d29eee20e2cf83a612f16d"},
		}},
		{"@expo-google-fonts/noto-sans-jp", "0.4.3", "Fl+Z6vtD24HFAYsvzB0S9Nery1ly16B9PesdY0wBd+wEHAvkNglnkTUspU0HqGOubkmoa8zusJrKv6vDx1o70A==", []file{
			{"400Regular/NotoSansJP_400Regular.ttf", "NotoSansJP-Regular.ttf.zst", "d930d5d52d15231c283089760f84584272ad5e37e14607ba0d19c798e7a9caec"},
			{"LICENSE_FONT", "LICENCE-NotoSansJP.txt", "1c05c68c34f9708415aada51f17e1b0092d2cea709bf4a94cd38114f9e73d7d9"},
		}},
		// Not Noto: its Arabic fonts compose letters from skeletons and dots, and readers of the PDF get letters twice.
		{"@expo-google-fonts/amiri", "0.4.1", "JTZUZ4olyqGeXu5UBWVEerrbym/MD9U3wU8qzSg8z4qEtHFKAI3uPg2DuytfeRmJ6EppaHLYsYqpGerMOrpJeA==", []file{
			{"400Regular/Amiri_400Regular.ttf", "Amiri-Regular.ttf.zst", "d26cd95609ed51b6419e3c7d4a066cb9fac7b73117868622f5b7f03998c68568"},
			{"LICENSE_FONT", "LICENCE-Amiri.txt", "72de68e5954f4fdd24702292ef5a32f003ca960ec9330dc86e5eefb5dffb9b22"},
		}},
		{"@expo-google-fonts/noto-emoji", "0.4.7", "Gs7URwtKmCzzdGUTYbG8MIohyaQPgGxIaQG5hvyEAaQiEGJpQy6gyP3NDICE0EJkOJFoe1JFD3Hf1L4a3qe4KA==", []file{
			{"400Regular/NotoEmoji_400Regular.ttf", "NotoEmoji-Regular.ttf.zst", "24aaa2a20c9c06ffe9bf04284bfd1f14376a329d10122f902abe2770817eb504"},
			{"LICENSE_FONT", "LICENCE-NotoEmoji.txt", "500bb1ccf43df7bbb522112f9133a52b16e1c35e809632f5d8609b179152de5b"},
		}},
	}
}
