declare module "*.html" {
  const html: string;
  // esbuild's text loader exports it so.
  // eslint-disable-next-line no-restricted-syntax
  export default html;
}
