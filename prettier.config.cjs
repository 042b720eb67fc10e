module.exports = {
  plugins: [require.resolve("@prettier/plugin-xml")],
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "always",
  tabWidth: 4,
  trailingComma: "es5",
  xmlWhitespaceSensitivity: "preserve",
  overrides: [
    {files: ["*.cjs", "*.json", "*.md", "*.yaml", "*.yml"], options: {tabWidth: 2}},
  ],
};
