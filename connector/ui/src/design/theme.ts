import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Petrol: the one accent. 7 carries white text with 6.2:1, 4 stands on the dark surfaces with 7:1. */
const petrol: MantineColorsTuple = [
  "#e8f6f6",
  "#d3eaeb",
  "#a5d4d6",
  "#74bdc0",
  "#4da9ad",
  "#329ca0",
  "#14808a",
  "#0b6b70",
  "#085a5f",
  "#03474b",
];

/** Greys with a little blue, light to dark; dark surfaces are 6 to 9. */
const dark: MantineColorsTuple = [
  "#d5dade",
  "#b9c1c7",
  "#98a2aa",
  "#7d8790",
  "#4a545d",
  "#343d45",
  "#262e35",
  "#1c2329",
  "#151b20",
  "#0f1418",
];

const gray: MantineColorsTuple = [
  "#f7f9fa",
  "#eff2f4",
  "#e3e8eb",
  "#d3dade",
  "#b6c0c6",
  "#8f9ba3",
  "#5f6c75",
  "#48545c",
  "#333d44",
  "#1d252b",
];

/** 7 carries white text with 6.4:1. */
const red: MantineColorsTuple = [
  "#fdecea",
  "#f9d4d1",
  "#f2a8a3",
  "#ec8a83",
  "#e3625a",
  "#d64740",
  "#c5332e",
  "#b42323",
  "#951a1a",
  "#741212",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 7 },
  colors: { petrol, dark, gray, red },
  black: "#1d252b",
  autoContrast: true,
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  lineHeights: { xs: "1.35", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.5" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
      h4: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  spacing: { xs: "0.25rem", sm: "0.5rem", md: "0.75rem", lg: "1.25rem", xl: "2rem" },
  defaultRadius: "sm",
  radius: { xs: "2px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  // Plain objects: `Select.extend` would bring every one of these components into the first page.
  components: {
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 500 } },
    Button: { defaultProps: { size: "sm", fw: 500 } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Modal: {
      defaultProps: { centered: true, styles: { title: { fontWeight: 600 } }, transitionProps: { duration: 120 } },
    },
    NumberInput: { defaultProps: { size: "sm" } },
    Paper: { defaultProps: { radius: "md" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", allowDeselect: false } },
    Table: { defaultProps: { verticalSpacing: "sm", horizontalSpacing: "md" } },
    Tabs: { defaultProps: { keepMounted: false } },
    Textarea: { defaultProps: { size: "sm", autosize: true, minRows: 3 } },
    TextInput: { defaultProps: { size: "sm" } },
    Tooltip: {
      defaultProps: {
        openDelay: 250,
        transitionProps: { duration: 80 },
        events: { hover: true, focus: true, touch: true },
      },
    },
  },
});
