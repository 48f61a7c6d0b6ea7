/** The documents, which executables carry as text. */
declare module "*.md" {
  const text: string;
  export default text;
}
