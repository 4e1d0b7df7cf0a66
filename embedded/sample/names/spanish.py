"""Names common among Spanish-speaking families; children carry both parents' family names."""

from embedded.sample.names.culture import Culture, read

SPANISH = Culture(
    language="es",
    keeps_name=1.0,
    double_family_name=True,
    women=read("""
        María, Guadalupe, Sofía, Valentina, Camila, Ximena, Daniela, Alejandra, Rosa, Carmen,
        Lucía, Elena, Gabriela, Yesenia, Maricela, Leticia, Verónica, Patricia, Claudia, Juana,
        Esperanza, Dolores, Marisol, Araceli, Itzel, Noemí, Beatriz, Inés, Ángela, Rocío,
        Paola, Fernanda, Jimena, Concepción
    """),
    men=read("""
        José, Luis, Juan, Carlos, Jesús, Miguel, Ángel, Alejandro, Diego, Santiago, Mateo,
        Sebastián, Andrés, Javier, Fernando, Ricardo, Eduardo, Rafael, Raúl, Héctor, Óscar,
        Julio, Ernesto, Arturo, Ramón, Tomás, Emiliano, Iván, Martín, Pablo, Rubén, Sergio,
        Víctor, Joaquín
    """),
    families=read("""
        García, Hernández, Martínez, López, González, Rodríguez, Pérez, Sánchez, Ramírez, Torres,
        Flores, Rivera, Gómez, Díaz, Reyes, Morales, Cruz, Ortiz, Gutiérrez, Chávez, Ramos, Ruiz,
        Mendoza, Vásquez, Castillo, Jiménez, Moreno, Romero, Herrera, Medina, Aguilar, Vargas,
        Guzmán, Velásquez, Muñoz, Salazar, Contreras, Peña, Núñez, Ibáñez, Cárdenas, Fuentes,
        Quiñones, Barrios, Xicará, Canul
    """),
)
